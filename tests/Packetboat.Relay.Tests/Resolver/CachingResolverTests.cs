using System.Net;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.TransportSecurity;
using Packetboat.Relay.Resolver;

namespace Packetboat.Relay.Tests.Resolver;

public sealed class CachingResolverTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeTransport _dns = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 5)]
    [InlineData(60, 60)]
    [InlineData(1_000_000, 86_400)]
    public async Task An_answer_is_kept_for_its_time_within_bounds(int timeToLive, int kept)
    {
        _dns.Answer = () => FakeTransport.Found("text", timeToLive);
        CachingResolver resolver = Resolver();

        Assert.Equal(["text"], Records(await resolver.TextAsync("a.example", Ct)));
        _time.Advance(TimeSpan.FromSeconds(kept) - TimeSpan.FromTicks(1));
        await resolver.TextAsync("A.example.", Ct);
        Assert.Equal(1, _dns.Asked);
        _time.Advance(TimeSpan.FromTicks(1));
        await resolver.TextAsync("a.example", Ct);
        Assert.Equal(2, _dns.Asked);
    }

    [Fact]
    public async Task That_there_is_nothing_is_kept_for_five_minutes_at_most()
    {
        _dns.Answer = () => new TimedAnswer<string>(new DnsAnswer<string>.NxDomain(), TimeSpan.FromHours(3));
        CachingResolver resolver = Resolver();

        Assert.IsType<DnsAnswer<string>.NxDomain>(await resolver.TextAsync("a.example", Ct));
        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        await resolver.TextAsync("a.example", Ct);
        Assert.Equal(1, _dns.Asked);
        _time.Advance(TimeSpan.FromTicks(1));
        await resolver.TextAsync("a.example", Ct);
        Assert.Equal(2, _dns.Asked);
    }

    [Fact]
    public async Task A_failure_is_kept_for_five_seconds_only()
    {
        _dns.Answer = () => new TimedAnswer<string>(new DnsAnswer<string>.TemporaryFailure("no"), TimeSpan.FromHours(3));
        CachingResolver resolver = Resolver();

        await resolver.TextAsync("a.example", Ct);
        await resolver.TextAsync("a.example", Ct);
        _time.Advance(TimeSpan.FromSeconds(5));
        await resolver.TextAsync("a.example", Ct);

        Assert.Equal(2, _dns.Asked);
    }

    [Fact]
    public async Task Many_who_ask_the_same_at_once_ask_once_and_one_who_gives_up_spoils_nothing()
    {
        var answer = new TaskCompletionSource<TimedAnswer<string>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _dns.Pending = answer.Task;
        CachingResolver resolver = Resolver();
        using var impatient = new CancellationTokenSource();

        Task<DnsAnswer<string>> first = resolver.TextAsync("a.example", impatient.Token).AsTask();
        Task<DnsAnswer<string>> second = resolver.TextAsync("a.example", Ct).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        answer.SetResult(FakeTransport.Found("text", 60));

        Assert.Equal(["text"], Records(await second));
        Assert.Equal(["text"], Records(await resolver.TextAsync("a.example", Ct)));
        Assert.Equal(1, _dns.Asked);
    }

    [Fact]
    public async Task What_somebody_has_just_published_is_seen_at_once()
    {
        _dns.Answer = () => new TimedAnswer<string>(new DnsAnswer<string>.NxDomain(), TimeSpan.FromMinutes(5));
        CachingResolver resolver = Resolver();
        await resolver.TextAsync("_packetboat.a.example", Ct);
        _dns.Answer = () => FakeTransport.Found("text", 60);

        resolver.Forget("_PACKETBOAT.a.example.");

        Assert.Equal(["text"], Records(await resolver.TextAsync("_packetboat.a.example", Ct)));
    }

    [Fact]
    public async Task The_cache_does_not_grow_past_its_bound()
    {
        _dns.Answer = () => FakeTransport.Found("text", 60);
        CachingResolver resolver = Resolver(capacity: 8);
        for (int i = 0; i < 9; i++)
        {
            await resolver.TextAsync($"h{i}.example", Ct);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await resolver.TextAsync("h8.example", Ct);
        await resolver.TextAsync("h1.example", Ct);
        Assert.Equal(9, _dns.Asked);
        await resolver.TextAsync("h0.example", Ct);
        Assert.Equal(10, _dns.Asked);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a..example")]
    [InlineData("a b.example")]
    [InlineData("a_label_of_more_than_sixty_three_octets_is_too_long_for_the_wire_x.example")]
    [InlineData("[127.0.0.1]")]
    public async Task A_name_that_cannot_exist_is_not_asked_for(string name)
    {
        Assert.IsType<DnsAnswer<string>.NxDomain>(await Resolver().TextAsync(name, Ct));
        Assert.Equal(0, _dns.Asked);
    }

    [Theory]
    [InlineData("192.0.2.1", "1.2.0.192.in-addr.arpa")]
    [InlineData("::ffff:192.0.2.1", "1.2.0.192.in-addr.arpa")]
    [InlineData("2001:db8::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa")]
    public void An_address_has_a_name_of_its_own(string address, string name) =>
        Assert.Equal(name, CachingResolver.ReverseName(IPAddress.Parse(address)));

    private CachingResolver Resolver(int capacity = 100) => new(_dns, capacity, _time);

    private static IReadOnlyList<string> Records(DnsAnswer<string> answer) =>
        Assert.IsType<DnsAnswer<string>.Found>(answer).Records;

    private sealed class FakeTransport : IDnsTransport
    {
        private int _asked;

        public Func<TimedAnswer<string>>? Answer { get; set; }

        public Task<TimedAnswer<string>>? Pending { get; set; }

        public int Asked => Volatile.Read(ref _asked);

        public static TimedAnswer<string> Found(string text, int seconds) =>
            new(new DnsAnswer<string>.Found([text]), TimeSpan.FromSeconds(seconds));

        public Task<TimedAnswer<string>> TextAsync(string name)
        {
            Interlocked.Increment(ref _asked);
            return Pending ?? Task.FromResult(Answer!());
        }

        public Task<TimedAnswer<MxRecord>> MxAsync(string name) => throw new NotSupportedException();

        public Task<TimedAnswer<IPAddress>> Ipv4Async(string name) => throw new NotSupportedException();

        public Task<TimedAnswer<IPAddress>> Ipv6Async(string name) => throw new NotSupportedException();

        public Task<TimedAnswer<TlsaRecord>> TlsaAsync(string name) => throw new NotSupportedException();

        public Task<TimedAnswer<string>> AliasAsync(string name) => throw new NotSupportedException();

        public Task<TimedAnswer<string>> PointersAsync(string name) => throw new NotSupportedException();
    }
}
