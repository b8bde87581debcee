using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Packetboat.Protocol.Sasl;

/// <summary>The client's first SCRAM message, taken apart. RFC 5802 §7, client-first-message.</summary>
/// <param name="Gs2Header">Up to and with the second comma; comes back, bound, in the last message.</param>
/// <param name="Bare">The rest, which both ends sign.</param>
/// <param name="BindingFlag"><c>n</c>: none; <c>y</c>: could, but thinks the server cannot; <c>p</c>: with <paramref name="BindingName"/>.</param>
/// <param name="BindingName">Null unless the flag is <c>p</c>.</param>
/// <param name="Name">The account, unescaped.</param>
/// <param name="Nonce">The client's half.</param>
internal sealed record ScramClientFirst(
    string Gs2Header,
    string Bare,
    char BindingFlag,
    string? BindingName,
    string Name,
    string Nonce
)
{
    public static bool TryParse(string message, [NotNullWhen(true)] out ScramClientFirst? parsed)
    {
        parsed = null;
        string[] parts = message.Split(',');
        if (parts.Length < 4 || !TryFlag(parts[0], out char flag, out string? binding) || !IsAuthorization(parts[1]))
            return false;

        // A mandatory extension (m=) stands where the name should: it is refused as such. RFC 5802 §5.1.
        if (!ScramAttributes.TryGet(parts, 2, 'n', out string? escaped) || !TryName(escaped, out string? name))
            return false;
        if (!ScramAttributes.TryGet(parts, 3, 'r', out string? nonce) || !ScramAttributes.IsNonce(nonce))
            return false;

        int header = parts[0].Length + parts[1].Length + 2;
        parsed = new ScramClientFirst(message[..header], message[header..], flag, binding, name, nonce);
        return true;
    }

    private static bool TryFlag(string text, out char flag, out string? binding)
    {
        (flag, binding) = (text.Length == 0 ? '\0' : text[0], null);
        if (text is "n" or "y")
            return true;
        if (!text.StartsWith("p=", StringComparison.Ordinal) || text.Length == 2)
            return false;
        binding = text[2..];
        return true;
    }

    /// <summary>Read and ignored, as in PLAIN.</summary>
    private static bool IsAuthorization(string text) =>
        text.Length == 0 || (text.StartsWith("a=", StringComparison.Ordinal) && TryName(text[2..], out _));

    private static bool TryName(string escaped, [NotNullWhen(true)] out string? name)
    {
        name = null;
        return ScramAttributes.TryUnescape(escaped, out string? text) && SaslText.TryRead(Encoding.UTF8.GetBytes(text), out name);
    }
}
