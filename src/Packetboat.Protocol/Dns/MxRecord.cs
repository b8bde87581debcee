namespace Packetboat.Protocol.Dns;

/// <summary>A mail exchanger. RFC 5321 §5.1.</summary>
/// <param name="Preference">Lower is better.</param>
/// <param name="Host">Lower case, without the dot at its end.</param>
public sealed record MxRecord(int Preference, string Host)
{
    /// <summary>"No mail here." RFC 7505 §3. The preference is not looked at: a root host cannot be meant otherwise.</summary>
    public bool IsNull => Host.Length == 0;
}
