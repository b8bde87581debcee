namespace Packetboat.Relay.TransportSecurity;

/// <summary>What is known of the TLS of a server.</summary>
/// <param name="Host">Its name; lower case.</param>
/// <param name="Handshakes">That came about; no more than one an hour is counted.</param>
/// <param name="First">When the first did.</param>
/// <param name="Last">When the last that was counted did.</param>
public sealed record TlsHabit(string Host, int Handshakes, DateTimeOffset First, DateTimeOffset Last)
{
    /// <summary>As who demands TLS, for people.</summary>
    public string Words => $"the memory of {Host}, which has had TLS since {First.UtcDateTime:yyyy-MM-dd}";
}
