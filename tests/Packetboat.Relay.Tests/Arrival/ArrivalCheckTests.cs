using System.Net;
using System.Text;
using Packetboat.Protocol.Dkim;
using Packetboat.Relay.Arrival;

namespace Packetboat.Relay.Tests.Arrival;

public sealed class ArrivalCheckTests
{
    private const string Letter = "From: joe@bbs.example\r\n\r\nHello\r\n";

    private readonly ArrivalRig _rig = new();

    public ArrivalCheckTests() => _rig.Dns.Add("bbs.example MX 10 mx.bbs.example");

    [Fact]
    public async Task Every_address_that_mail_may_leave_from_has_to_be_let()
    {
        _rig.Settings = _rig.Settings with { Addresses = [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1")] };
        _rig.Dns.Add("bbs.example TXT v=spf1 ip4:192.0.2.1 -all");

        ArrivalProblem problem = Assert.Single((await _rig.CheckAsync("joe@bbs.example", Letter)).Problems);
        Assert.Equal("SPF of bbs.example forbids 2001:db8::1 to send for it", problem.Reason);
        Assert.Equal("bbs.example. TXT \"v=spf1 ip6:2001:db8::1 ip4:192.0.2.1 -all\"", problem.Record);
    }

    [Fact]
    public async Task A_signature_that_we_add_ourselves_counts()
    {
        _rig.Dns.Add("_dmarc.bbs.example TXT v=DMARC1; p=reject");
        Assert.NotEmpty((await _rig.CheckAsync("joe@bbs.example", Letter)).Problems);
        using DkimPrivateKey key = DkimPrivateKey.CreateEd25519();
        _rig.Keys.Add(new DkimSigningKey("bbs.example", "s", key));
        Assert.Empty((await _rig.CheckAsync("joe@bbs.example", Letter)).Problems);
        // Signed for somebody else it proves nothing.
        _rig.Keys[0] = new DkimSigningKey("hub.example", "s", key);
        ArrivalFinding found = await _rig.CheckAsync("joe@bbs.example", Letter);
        Assert.StartsWith("DMARC of bbs.example asks receivers to reject it", found.Summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task A_signature_that_the_node_made_counts_while_it_is_whole(bool isChanged, bool arrives)
    {
        using DkimPrivateKey key = DkimPrivateKey.CreateEd25519();
        using var original = new DkimMessage(DkimCanonicalization.Relaxed);
        original.Append(Encoding.ASCII.GetBytes(Letter));
        original.Complete();
        byte[] field = DkimSigner.Sign(
            original,
            new DkimSigningKey("bbs.example", "s", key),
            new DkimSigningOptions(),
            _rig.Time.GetUtcNow(),
            out _
        );
        _rig.Dns.Add($"s._domainkey.bbs.example TXT {key.Record}");
        _rig.Dns.Add("_dmarc.bbs.example TXT v=DMARC1; p=quarantine");

        string signed =
            Encoding.ASCII.GetString(field) + (isChanged ? Letter.Replace("Hello", "Hallo", StringComparison.Ordinal) : Letter);
        Assert.Equal(arrives, (await _rig.CheckAsync("joe@bbs.example", signed)).Problems.Count == 0);
    }

    [Fact]
    public async Task An_SPF_that_forbids_us_is_refused_at_MAIL_whoever_has_signed()
    {
        using DkimPrivateKey key = DkimPrivateKey.CreateEd25519();
        _rig.Keys.Add(new DkimSigningKey("bbs.example", "s", key));
        _rig.Dns.Add("bbs.example TXT v=spf1 -all");
        Assert.Contains(
            "forbids 192.0.2.1",
            (await _rig.CheckAsync("joe@bbs.example", Letter)).Summary,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Of_a_domain_that_only_watches_and_passes_by_SPF_nothing_is_said()
    {
        _rig.Dns.Add("bbs.example TXT v=spf1 ip4:192.0.2.1 -all");
        Assert.Empty((await _rig.CheckAsync("joe@bbs.example", Letter)).Problems);
    }

    [Fact]
    public async Task Nobody_knows_the_addresses_and_so_nothing_is_held_against_the_message()
    {
        _rig.Settings = _rig.Settings with { Addresses = [], LeavesByRelay = true };
        _rig.Dns.Add("_dmarc.bbs.example TXT v=DMARC1; p=reject");
        ArrivalFinding found = await _rig.CheckAsync("joe@bbs.example", Letter);
        Assert.Empty(found.Problems);
        Assert.Equal(
            "not known whether it will arrive: mail leaves by a relay, and SendingAddresses does not say from where",
            found.Summary
        );
    }

    [Fact]
    public async Task Our_own_name_says_which_addresses_they_are()
    {
        _rig.Settings = _rig.Settings with { Addresses = [] };
        Assert.Equal(
            "not known whether it will arrive: SendingAddresses is not set, and hub.example has no address",
            (await _rig.CheckAsync("joe@bbs.example", Letter)).Summary
        );
        _rig.Dns.Add("hub.example A 192.0.2.9");
        _rig.Dns.Add("bbs.example TXT v=spf1 a:hub.example -all");
        Assert.Equal("", (await _rig.CheckAsync("joe@bbs.example", Letter)).Summary);
    }

    [Fact]
    public async Task A_DNS_that_does_not_answer_in_time_is_not_held_against_the_message()
    {
        var asked = new TaskCompletionSource();
        _rig.Dns.Delay = ct =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, _rig.Time, ct);
        };
        Task<ArrivalFinding> checking = _rig.CheckAsync("joe@bbs.example", Letter);
        await asked.Task;
        _rig.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("not known whether it will arrive: the look-ups took longer than 3 seconds", (await checking).Summary);
    }

    [Fact]
    public async Task Who_hangs_up_ends_the_look_ups()
    {
        using var hangsUp = new CancellationTokenSource();
        _rig.Dns.Delay = ct => Task.Delay(Timeout.InfiniteTimeSpan, _rig.Time, ct);
        Task<ArrivalFinding> checking = _rig.CheckAsync("joe@bbs.example", Letter, hangsUp.Token);
        await hangsUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => checking);
    }

    [Theory]
    [InlineData("Subject: no author\r\n\r\n", "receivers cannot tell whose it is")]
    [InlineData("From: joe@bbs.example\r\nFrom: jim@bbs.example\r\n\r\n", "receivers cannot tell whose it is")]
    public async Task A_message_without_one_author_is_told_of(string content, string reason)
    {
        _rig.Dns.Add("bbs.example TXT v=spf1 ip4:192.0.2.1 -all");
        Assert.StartsWith(reason, (await _rig.CheckAsync("joe@bbs.example", content)).Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subdomain_is_held_to_the_policy_of_subdomains()
    {
        _rig.Dns.Add("mail.bbs.example MX 10 mx.bbs.example");
        _rig.Dns.Add("other.example TXT v=spf1 ip4:192.0.2.1 -all");
        _rig.Dns.Add("_dmarc.bbs.example TXT v=DMARC1; p=none; sp=quarantine");
        const string content = "From: joe@mail.bbs.example\r\n\r\n";
        Assert.StartsWith(
            "DMARC of mail.bbs.example asks receivers to quarantine it",
            (await _rig.CheckAsync("joe@other.example", content)).Summary,
            StringComparison.Ordinal
        );
        Assert.Empty((await _rig.CheckAsync("joe@other.example", Letter)).Problems);
    }

    [Theory]
    [InlineData("v=spf1 mx -all|v=spf1 a -all")]
    [InlineData("v=spf1 exists:\"x\" -all")]
    public async Task A_record_that_cannot_be_pasted_is_not_offered(string records)
    {
        foreach (string record in records.Split('|'))
            _rig.Dns.Add($"bbs.example TXT {record}");
        ArrivalProblem problem = Assert.Single((await _rig.CheckAsync("joe@bbs.example", Letter)).Problems);
        Assert.Equal("", problem.Record);
    }

    [Fact]
    public async Task A_report_of_a_node_is_held_to_our_own_name()
    {
        _rig.Dns.Add("hub.example TXT v=spf1 ip4:192.0.2.1 -all");
        Assert.Empty((await _rig.CheckAsync("", Letter)).Problems);
    }
}
