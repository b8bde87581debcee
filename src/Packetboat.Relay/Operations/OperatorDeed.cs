namespace Packetboat.Relay.Operations;

/// <summary>What a command does by itself, on files, and has written into the audit trail.</summary>
public enum OperatorDeed
{
    /// <summary><c>dkim new</c>: keys were made.</summary>
    DkimNew,

    /// <summary><c>dkim use</c>: a key signs from now on.</summary>
    DkimUse,

    /// <summary><c>dkim retire</c>: a key signs no more, or is gone.</summary>
    DkimRetire,

    /// <summary><c>join</c>: the settings were changed, and mail leaves through a hub.</summary>
    Join,

    /// <summary><c>doctor --apply</c>: the settings were changed as the report advises.</summary>
    DoctorApply,
}
