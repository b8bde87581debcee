namespace Packetboat.Protocol.Spf;

/// <summary>RFC 7208 §2.6.</summary>
public enum SpfResult
{
    /// <summary>No record, or nothing that could have one.</summary>
    None,

    Neutral,

    Pass,

    Fail,

    SoftFail,

    /// <summary>DNS did not answer; later it may.</summary>
    TempError,

    /// <summary>The records cannot be understood, or ask for too much.</summary>
    PermError,
}
