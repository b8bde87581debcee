using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Tests.Hub;

public sealed class DomainHoldersTests
{
    private static readonly QwkId Other = QwkId.Parse("OTHER");

    [Theory]
    [InlineData("hub.example", false)]
    [InlineData("node.hub.example", false)]
    [InlineData("example", true)]
    public void The_hubs_own_names_are_granted_to_nobody(string domain, bool subdomains) =>
        Assert.Contains("this hub's own", Why(domain, subdomains)!.Reason, StringComparison.Ordinal);

    [Theory]
    [InlineData("bbs.example", false, true, "account OTHER has it already, granted")]
    [InlineData("www.bbs.example", false, true, "account OTHER has bbs.example already, granted")]
    [InlineData("www.bbs.example", false, false, null)]
    [InlineData("bbs.example", true, false, "account OTHER has it already, granted")]
    [InlineData("notbbs.example", false, true, null)]
    public void What_another_account_has_is_not_granted_beside_it(
        string domain,
        bool subdomains,
        bool othersBelow,
        string? reason
    ) => Assert.Equal(reason, Why(domain, subdomains, Held("bbs.example", othersBelow))?.Reason);

    [Fact]
    public void A_domain_above_anothers_is_not_granted_with_all_that_is_below() =>
        Assert.NotNull(Why("example.net", true, Held("bbs.example.net", false)));

    [Fact]
    public void What_another_has_not_proven_is_not_his_and_any_address_is_nobodys()
    {
        Assert.Null(Why("bbs.example", false, Held("bbs.example", true) with { Token = "t" }));
        Assert.Null(Why("bbs.example", false, Held(AccountDomain.Any, true)));
        Assert.Null(Why(AccountDomain.Any, true, Held("bbs.example", true)));
    }

    private static Refusal? Why(string domain, bool subdomains, params AccountDomain[] others) =>
        DomainHolders.WhyNotGranted(domain, subdomains, "Hub.Example", others);

    private static AccountDomain Held(string name, bool below) => new(Other, name, below, Token: null, DateTimeOffset.UnixEpoch);
}
