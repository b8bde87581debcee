using Microsoft.Extensions.Time.Testing;
using Packetboat.Protocol.TransportSecurity;
using Packetboat.Relay.TransportSecurity;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.TransportSecurity;

/// <summary>When a policy is fetched, and how long it holds.</summary>
public sealed class MtaStsPoliciesTests
{
    private readonly FakeTimeProvider _time = new(TestMail.Noon);
    private readonly FakeFetcher _web = new();
    private readonly MemoryPolicyStore _store;
    private ZoneResolver _zone = Announcing("1");

    public MtaStsPoliciesTests() => _store = new MemoryPolicyStore(_time);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_fetched_once_and_then_known_to_whoever_comes_later()
    {
        _web.Policy = Policy("enforce", TimeSpan.FromDays(7));
        MtaStsPolicies policies = New();
        Assert.Equal(MtaStsMode.Enforce, (await policies.OfAsync("far.example", Ct)).Policy?.Mode);
        await policies.OfAsync("far.example", Ct);
        await New().OfAsync("far.example", Ct);
        Assert.Equal(1, _web.Asked);
    }

    [Fact]
    public async Task Those_who_ask_at_the_same_time_wait_for_one_answer()
    {
        var answer = new TaskCompletionSource();
        (_web.Policy, _web.Delay) = (Policy("enforce", TimeSpan.FromDays(7)), answer.Task);
        MtaStsPolicies policies = New();
        Task<MtaStsLookup>[] asking = [.. Enumerable.Range(0, 5).Select(_ => policies.OfAsync("far.example", Ct).AsTask())];
        answer.SetResult();
        Assert.All(await Task.WhenAll(asking), found => Assert.NotNull(found.Policy));
        Assert.Equal(1, _web.Asked);
    }

    [Fact]
    public async Task Another_identifier_means_another_policy()
    {
        _web.Policy = Policy("enforce", TimeSpan.FromDays(7));
        await New().OfAsync("far.example", Ct);
        (_zone, _web.Policy) = (Announcing("2"), Policy("none", TimeSpan.FromDays(7)));
        Assert.Equal(MtaStsMode.None, (await New().OfAsync("far.example", Ct)).Policy?.Mode);
    }

    [Fact]
    public async Task It_is_fetched_again_once_a_day_so_that_it_does_not_run_out()
    {
        _web.Policy = Policy("enforce", TimeSpan.FromDays(2));
        await New().OfAsync("far.example", Ct);
        _time.Advance(TimeSpan.FromHours(25));
        await New().OfAsync("far.example", Ct);
        (_web.Policy, _zone) = (null, new ZoneResolver());
        _time.Advance(TimeSpan.FromHours(40));
        Assert.NotNull((await New().OfAsync("far.example", Ct)).Policy);
        _time.Advance(TimeSpan.FromHours(9));
        Assert.Null((await New().OfAsync("far.example", Ct)).Policy);
    }

    [Fact]
    public async Task A_web_server_that_fails_is_left_alone_for_five_minutes()
    {
        MtaStsPolicies policies = New();
        MtaStsLookup found = await policies.OfAsync("far.example", Ct);
        Assert.Equal((null, "the policy cannot be had: the test says so"), (found.Policy, found.Reason));
        Assert.Equal(found, await policies.OfAsync("far.example", Ct));
        Assert.Equal(1, _web.Asked);

        _web.Policy = Policy("testing", TimeSpan.FromDays(7));
        _time.Advance(MtaStsPolicies.Pause);
        Assert.Equal(MtaStsMode.Testing, (await policies.OfAsync("far.example", Ct)).Policy?.Mode);
    }

    [Fact]
    public async Task Without_an_announcement_nobody_is_asked()
    {
        _zone = new ZoneResolver("_mta-sts.far.example TXT v=spf1 -all");
        Assert.Equal("no TXT record announces one", (await New().OfAsync("far.example", Ct)).Reason);
        Assert.Equal(0, _web.Asked);
    }

    private static ZoneResolver Announcing(string id) => new($"_mta-sts.far.example TXT v=STSv1; id={id};");

    private static string Policy(string mode, TimeSpan age) =>
        $"version: STSv1\r\nmode: {mode}\r\nmx: *.far.example\r\nmax_age: {age.TotalSeconds:0}\r\n";

    private MtaStsPolicies New() => new(_zone, _web, _store, _time);
}
