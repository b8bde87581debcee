namespace Packetboat.Relay.Signing;

/// <summary>How far a key is on its way. Of several keys of a domain each may be somewhere else: that is how they are changed.</summary>
public enum DkimKeyState
{
    /// <summary>Made; receivers may not find its record yet.</summary>
    New,

    /// <summary>Its record was seen in the DNS: it signs.</summary>
    Used,

    /// <summary>It signs no more; its record must stay while mail is on its way that it signed.</summary>
    Retiring,
}
