using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Doctor;
using Packetboat.Relay.Listening;

namespace Packetboat.Relay.Tests.Doctor;

/// <summary>The certificate that our clients see.</summary>
public sealed class CertificateCheckTests : IAsyncDisposable
{
    private const int Patience = 30_000;

    private readonly DoctorRig _rig = new();

    public CertificateCheckTests() =>
        _rig.CertificateFiles = (Path.Combine(_rig.Folder, "own.pem"), Path.Combine(_rig.Folder, "own.key"));

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact(Timeout = Patience)]
    public async Task Before_the_first_start_there_is_none()
    {
        Finding finding = await RunAsync();
        Assert.Equal((CheckVerdict.NotChecked, "the first start makes one"), (finding.Verdict, finding.Words));
    }

    /// <summary>The server makes them for ten years.</summary>
    [Theory(Timeout = Patience)]
    [InlineData(0, CheckVerdict.Ok)]
    [InlineData(10 * 365 - 5, CheckVerdict.Warning)]
    [InlineData(10 * 365 + 5, CheckVerdict.Failure)]
    public async Task One_that_ends_soon_is_told_of_and_one_that_has_ended_must_be_replaced(int daysOld, CheckVerdict verdict)
    {
        var then = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(-daysOld));
        (string certificate, string key) = _rig.CertificateFiles!.Value;
        SelfSignedCertificate.Ensure(certificate, key, "node.example", then);

        Finding finding = await RunAsync();

        Assert.True(finding.Verdict == verdict, finding.ToString());
        if (verdict == CheckVerdict.Failure)
            Assert.Contains("the certificate ended on ", finding.Words, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task One_that_cannot_be_read_is_a_failure()
    {
        File.WriteAllText(_rig.CertificateFiles!.Value.Certificate, "rubbish");
        Assert.Equal(CheckVerdict.Failure, (await RunAsync()).Verdict);
    }

    private async Task<Finding> RunAsync() => (await _rig.RunAsync()).Findings.Single(one => one.Check == "certificate");
}
