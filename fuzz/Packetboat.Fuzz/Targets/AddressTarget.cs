using System.Text;
using Packetboat.Protocol.Message;

namespace Packetboat.Fuzz.Targets;

/// <summary>A path without its brackets. What is an address is the same address however it travels on.</summary>
internal sealed class AddressTarget : IFuzzTarget
{
    public string Name => "addresses";

    public string What => "a mail address, a domain, a literal";

    public IReadOnlyList<string> Words { get; } =
    [
        "@",
        "\"",
        "\\",
        "postmaster",
        "[192.0.2.1]",
        "[IPv6:",
        "::1",
        "]",
        "xn--",
        "b.example",
        "%",
        "b\u00fccher",
        "\u0645\u062b\u0627\u0644",
        "\u200d",
        "\u3002",
        "\uff0e",
        "\ufe52",
        "\uff1e",
        "\uff1c",
        "\uff20",
        "\uff1d",
        "\uff3b",
        "\uff3d",
        "\uff11",
        "\u2460",
        "\u2100",
        "\u212a",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        bool isDomain = System.Text.Unicode.Utf8.IsValid(input) && MailAddress.IsDomain(Encoding.UTF8.GetString(input));
        if (isDomain)
            Check.IsPrintable(Encoding.UTF8.GetString(input), "a domain");
        if (!MailAddress.TryParse(input, out MailAddress? address))
            return isDomain ? 1 : 0;

        IsSound(address);
        Check.SameOctets(input, Encoding.UTF8.GetBytes(address.ToString()), "an address");
        return HashCode.Combine(
            address.NeedsSmtpUtf8,
            address.LocalPart[0] == '"',
            address.Domain.Length == 0 ? 'p'
                : address.Domain[0] == '[' ? '['
                : 'd',
            address.LocalPart.Length / 8,
            address.Domain.Length / 16
        );
    }

    public static void IsSound(MailAddress address)
    {
        string text = address.ToString();
        Check.IsPrintable(text, "an address");
        Check.That(Encoding.UTF8.GetByteCount(text) <= MailAddress.MaxLength, "an address is too long");
        Check.That(!address.AsciiDomain.Any(char.IsUpper), "a domain for the resolver is not in lower case");
        Check.That(Ascii.IsValid(address.AsciiDomain), "a domain for the resolver is not ASCII");
        Check.That(
            address.Domain.Length == 0 || MailAddress.IsDomain(address.AsciiDomain),
            $"{address.AsciiDomain} is no domain"
        );
        Check.That(
            MailAddress.TryParse(text, out MailAddress? again) && again.Equals(address),
            $"{text} is not the same address again"
        );
        Check.Same(address.GetHashCode(), again!.GetHashCode(), "the hash of equal addresses");

        var original = OriginalRecipient.Of(address);
        Check.That(
            OriginalRecipient.TryParse(Encoding.ASCII.GetBytes(original.ToParameter()), out OriginalRecipient? parsed)
                && parsed == original,
            $"ORCPT={original.ToParameter()} is not the same again"
        );
    }
}
