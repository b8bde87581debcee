using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Packetboat.Relay.Alarms;

/// <summary>
/// Proves to a receiver that a body is ours and new: <c>t=SECONDS,v1=HEX</c>, HMAC-SHA-256 (RFC 2104) under the shared secret over the
/// seconds since 1970 in decimal, a full stop, and the body.
/// </summary>
public static class WebhookSignature
{
    public const string Header = "Packetboat-Signature";

    public static string Of(ReadOnlySpan<byte> secret, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        string seconds = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.ASCII.GetBytes(seconds), (byte)'.', .. body];
        return $"t={seconds},v1={Convert.ToHexStringLower(HMACSHA256.HashData(secret, signed))}";
    }
}
