using Packetboat.Relay.Checks;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.TransportSecurity;

/// <summary>What <c>check tls</c> finds is what a delivery would.</summary>
public sealed class TlsCheckTests
{
    private static readonly string Key = new('a', 64);

    private readonly ZoneResolver _zone = new(
        "far.example MX 10 mx1.far.example",
        "far.example MX 20 mx2.far.example",
        "mx1.far.example A 192.0.2.1",
        "mx2.far.example A 192.0.2.2"
    );

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_policy_and_records_anything_goes()
    {
        TlsReport report = await CheckAsync();
        Assert.Equal(("opportunistic", false, null), (report.Result, report.MxIsAuthentic, report.Policy));
        Assert.Equal("no TXT record announces one", report.PolicyReason);
        Assert.Equal(["mx1.far.example", "mx2.far.example"], report.Hosts.Select(host => host.Host));
    }

    [Fact]
    public async Task A_domain_is_as_safe_as_its_weakest_server()
    {
        Sign("far.example", "mx1.far.example", "mx2.far.example");
        _zone.Add($"_25._tcp.mx1.far.example TLSA 3 1 1 {Key}");
        Sign("_25._tcp.mx1.far.example");
        TlsReport report = await CheckAsync();
        Assert.Equal(("opportunistic", true), (report.Result, report.MxIsAuthentic));
        Assert.Equal(["dane", "opportunistic"], report.Hosts.Select(host => host.Demand));
        Assert.Equal([$"3 1 1 {Key}"], report.Hosts[0].Records);

        _zone.Add($"_25._tcp.mx2.far.example TLSA 3 1 1 {Key}");
        Sign("_25._tcp.mx2.far.example");
        Assert.Equal("dane", (await CheckAsync()).Result);
    }

    [Fact]
    public async Task A_server_that_would_get_nothing_is_no_way()
    {
        Sign("far.example", "mx1.far.example", "mx2.far.example");
        _zone.Add("_25._tcp.mx1.far.example FAILS");
        Assert.Equal("opportunistic", (await CheckAsync()).Result);
        _zone.Add("_25._tcp.mx2.far.example FAILS");
        Assert.Equal("forbidden", (await CheckAsync()).Result);
    }

    private void Sign(params string[] names)
    {
        foreach (string name in names)
            _zone.Add($"{name} SIGNED");
    }

    private async Task<TlsReport> CheckAsync()
    {
        using var check = new TlsCheck(_zone, usesOwnServer: true, TimeProvider.System);
        return await check.OfAsync("far.example", Ct);
    }
}
