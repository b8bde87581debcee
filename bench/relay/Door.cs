namespace Packetboat.Bench.Relay;

/// <summary>The listeners.</summary>
internal enum Door
{
    Transfer,
    Submission,
    TlsSubmission,
}
