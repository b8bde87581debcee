using System.Security.Cryptography;
using System.Text;

namespace Packetboat.Protocol.Sasl;

/// <summary>The arithmetic of RFC 5802 §3 that both ends share.</summary>
internal static class ScramKeys
{
    public const int Length = SHA256.HashSizeInBytes;

    /// <summary>HMAC over AuthMessage: the client's signature from StoredKey, the server's from ServerKey.</summary>
    public static byte[] Sign(ReadOnlySpan<byte> key, string authMessage) =>
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(authMessage));

    public static byte[] Xor(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        byte[] result = left.ToArray();
        for (int i = 0; i < result.Length; i++)
            result[i] ^= right[i];
        return result;
    }

    /// <summary>18 random bytes as base64: 24 characters, none of them a comma.</summary>
    public static string FreshNonce() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));

    /// <summary>The <c>c=</c> of the client's last message: its own GS2 header, and the binding if it used one. RFC 5802 §6.</summary>
    public static string BoundHeader(string gs2Header, ChannelBinding? binding) =>
        Convert.ToBase64String([.. Encoding.UTF8.GetBytes(gs2Header), .. binding?.Data ?? []]);
}
