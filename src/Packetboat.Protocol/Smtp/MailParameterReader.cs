using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.Smtp;

/// <summary>Reads the parameters of MAIL. An unknown one is 555, a known one with a bad value 501, a repeated one 501. RFC 5321 §4.1.1.11.</summary>
internal static class MailParameterReader
{
    public static bool TryRead(ReadOnlySpan<byte> text, [NotNullWhen(true)] out MailParameters? parameters, out SmtpReply reply)
    {
        MailParameters read = MailParameters.None;
        var words = new EsmtpParameters(text);
        while (words.Next())
        {
            MailParameters? with = words.IsRepeated ? null : With(read, words.Keyword, words.Value, words.HasValue);
            if (with is null)
            {
                parameters = null;
                reply = words.Refusal(
                    isKnown: words.Keyword is "SIZE" or "BODY" or "SMTPUTF8" or "RET" or "ENVID" or "AUTH" or "REQUIRETLS"
                );
                return false;
            }

            read = with;
        }

        (parameters, reply) = (read, default);
        return true;
    }

    private static MailParameters? With(MailParameters read, string keyword, ReadOnlySpan<byte> value, bool hasValue) =>
        keyword switch
        {
            "SIZE" => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long size)
                ? read with
                {
                    Size = size,
                }
                : null,
            "BODY" when Ascii.EqualsIgnoreCase(value, "7BIT"u8) => read,
            "BODY" when Ascii.EqualsIgnoreCase(value, "8BITMIME"u8) => read with { Body = BodyType.EightBitMime },
            "SMTPUTF8" when !hasValue => read with { SmtpUtf8 = true },
            "REQUIRETLS" when !hasValue => read with { RequireTls = true },
            "RET" => DsnParameters.TryParseReturn(value, out DsnReturn extent)
                ? read with
                {
                    Dsn = read.Dsn with { Return = extent },
                }
                : null,
            "ENVID" => DsnParameters.TryParseEnvelopeId(value, out string? id)
                ? read with
                {
                    Dsn = read.Dsn with { EnvelopeId = id },
                }
                : null,
            // Who submitted it first is accepted and not trusted: RFC 4954 §5 lets us behave as if AUTH=<> had been given.
            "AUTH" when value.SequenceEqual("<>"u8) || (value.Length > 0 && XText.TryDecode(value, out _)) => read,
            _ => null,
        };
}
