namespace Packetboat.Commands;

/// <summary>sysexits(3): what callers of sendmail look at, and scripts may.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>It was refused, or something needs attention.</summary>
    public const int Failed = 1;

    public const int Usage = 64;

    public const int DataError = 65;

    public const int Unavailable = 69;

    /// <summary>A fault of ours.</summary>
    public const int Software = 70;

    public const int IoError = 74;

    public const int TemporaryFailure = 75;

    public const int Configuration = 78;

    /// <summary>As a shell says it of SIGINT.</summary>
    public const int Interrupted = 130;
}
