namespace Packetboat.Joining;

/// <summary>Where the sysop sits.</summary>
internal interface IJoinDesk
{
    /// <summary>A line for him, made printable.</summary>
    void Say(string line);

    /// <summary>What went wrong.</summary>
    void Fail(string line);

    /// <summary>His answer; null when nobody is there to give one.</summary>
    string? Ask(string question);
}
