using System.Text;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;

namespace Packetboat.Fuzz.Targets;

/// <summary>The value of a DSN parameter, read as each of them.</summary>
internal sealed class DsnTarget : IFuzzTarget
{
    public string Name => "dsn";

    public string What => "a value of NOTIFY, RET, ENVID, ORCPT; xtext; an enhanced code";

    public IReadOnlyList<string> Words { get; } =
    [
        "NEVER",
        "SUCCESS",
        "FAILURE",
        "DELAY",
        "FULL",
        "HDRS",
        "rfc822;",
        "utf-8;",
        "x400;",
        "+2B",
        "+3D",
        "+00",
        "+C3+A9",
        @"\x{",
        "}",
        "2.1.5",
        "5.7.",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        int kind = 0;
        if (DsnParameters.TryParseNotify(input, out DsnNotify notify))
        {
            string text = DsnParameters.Format(notify);
            Check.That(
                DsnParameters.TryParseNotify(Encoding.ASCII.GetBytes(text), out DsnNotify again) && again == notify,
                $"NOTIFY={text}"
            );
            kind = HashCode.Combine(kind, notify);
        }

        if (DsnParameters.TryParseReturn(input, out DsnReturn extent))
            kind = HashCode.Combine(kind, extent);
        if (DsnParameters.TryParseEnvelopeId(input, out string? id))
        {
            Check.IsPrintable(id, "an envelope id");
            Check.That(
                DsnParameters.TryParseEnvelopeId(Encoding.ASCII.GetBytes(XText.Encode(id)), out string? again) && again == id,
                $"ENVID of {id}"
            );
            kind = HashCode.Combine(kind, id.Length / 8);
        }

        return HashCode.Combine(kind, OriginalIsReadAgain(input), XTextIsReadAgain(input), CodeIsReadAgain(input));
    }

    private static int OriginalIsReadAgain(ReadOnlySpan<byte> input)
    {
        if (!OriginalRecipient.TryParse(input, out OriginalRecipient? original))
            return 0;
        Check.IsPrintable(original.Address, "an original recipient");
        string text = original.ToParameter();
        Check.That(Ascii.IsValid(text), "ORCPT is not ASCII");
        // Encoding may take more room than the given form; only what still fits is a parameter.
        bool fits = text.Length <= OriginalRecipient.MaxLength;
        Check.That(
            !fits
                || (OriginalRecipient.TryParse(Encoding.ASCII.GetBytes(text), out OriginalRecipient? again) && again == original),
            $"ORCPT={text} is not the same again"
        );
        return HashCode.Combine(original.AddressType.Length, fits);
    }

    private static int XTextIsReadAgain(ReadOnlySpan<byte> input)
    {
        if (!XText.TryDecode(input, out string? text))
            return 0;
        Check.That(
            XText.TryDecode(Encoding.ASCII.GetBytes(XText.Encode(text)), out string? again) && again == text,
            $"xtext of {text}"
        );
        return 1 + (text.Length / 8);
    }

    private static int CodeIsReadAgain(ReadOnlySpan<byte> input)
    {
        string text = Encoding.Latin1.GetString(input);
        if (!EnhancedStatus.TryParse(text, out EnhancedStatus status, out int length))
            return 0;
        Check.That(length <= text.Length, "more was read than there is");
        Check.That(
            EnhancedStatus.TryParse(status.ToString(), out EnhancedStatus again, out _) && again == status,
            "an enhanced code"
        );
        return status.Class;
    }
}
