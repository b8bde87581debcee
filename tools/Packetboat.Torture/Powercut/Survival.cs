namespace Packetboat.Torture.Powercut;

/// <summary>What of that which was not synced a power cut leaves. All that was synced stays, always.</summary>
internal enum Survival
{
    /// <summary>None of it.</summary>
    Nothing,

    /// <summary>All of it: the power stayed, and the program was killed.</summary>
    Everything,

    /// <summary>What came before some moment, and of the write at that moment a part.</summary>
    InOrder,

    /// <summary>Some writes and not others, whichever came first.</summary>
    WholeWrites,

    /// <summary>Of each block of 4096 octets one of the contents that it has had since it was synced.</summary>
    Blocks,

    /// <summary>The same with sectors of 512 octets.</summary>
    Sectors,
}
