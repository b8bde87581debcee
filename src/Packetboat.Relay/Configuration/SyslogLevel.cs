namespace Packetboat.Relay.Configuration;

/// <summary>How severe a log line is, from the gravest on. RFC 5424 §6.2.1, with Synchronet's names.</summary>
public enum SyslogLevel
{
    Emergency,
    Alert,
    Critical,
    Error,
    Warning,
    Notice,
    Info,
    Debug,
}
