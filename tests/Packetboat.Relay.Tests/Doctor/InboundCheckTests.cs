using Packetboat.Relay.Doctor;

namespace Packetboat.Relay.Tests.Doctor;

/// <summary>Each host that our domain names for its mail is looked at, the last resort too.</summary>
public sealed class InboundCheckTests : IAsyncDisposable
{
    private const int Patience = 30_000;

    private readonly DoctorRig _rig = new();

    public InboundCheckTests()
    {
        _rig.OpenPort25();
        _rig.Zone.Add("node.example MX 10 mx.gmail.com");
    }

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Theory(Timeout = Patience)]
    [InlineData(
        "mx.outlook.com",
        null,
        CheckVerdict.Ok,
        "mail for node.example goes to mx.gmail.com, mx.outlook.com, which answer"
    )]
    [InlineData(
        "mx.down.example",
        "127.0.0.99",
        CheckVerdict.Warning,
        "mail for node.example goes to mx.gmail.com, mx.down.example; mx.down.example: connection refused"
    )]
    [InlineData("mx.lost.example", null, CheckVerdict.Warning, "the MX record of node.example names mx.lost.example: ")]
    public async Task The_second_host_is_looked_at_as_the_first(string second, string? at, CheckVerdict verdict, string words)
    {
        _rig.Zone.Add($"node.example MX 20 {second}");
        if (at is not null)
            _rig.Zone.Add($"{second} A {at}");

        Finding finding = (await _rig.RunAsync()).Findings.Single(one => one.Check == "inbound");

        Assert.StartsWith(words, finding.Words, StringComparison.Ordinal);
        Assert.Equal(verdict, finding.Verdict);
    }
}
