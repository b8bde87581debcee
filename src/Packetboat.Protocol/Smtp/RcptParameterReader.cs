using System.Diagnostics.CodeAnalysis;
using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.Smtp;

/// <summary>Reads the parameters of RCPT: NOTIFY and ORCPT. RFC 3461 §4.1, §4.2.</summary>
internal static class RcptParameterReader
{
    public static bool TryRead(ReadOnlySpan<byte> text, [NotNullWhen(true)] out RcptParameters? parameters, out SmtpReply reply)
    {
        RecipientNotice read = RecipientNotice.None;
        var words = new EsmtpParameters(text);
        while (words.Next())
        {
            RecipientNotice? with = words.IsRepeated ? null : With(read, words.Keyword, words.Value);
            if (with is null)
            {
                parameters = null;
                reply = words.Refusal(isKnown: words.Keyword is "NOTIFY" or "ORCPT");
                return false;
            }

            read = with;
        }

        (parameters, reply) = (new RcptParameters(read), default);
        return true;
    }

    private static RecipientNotice? With(RecipientNotice read, string keyword, ReadOnlySpan<byte> value) =>
        keyword switch
        {
            "NOTIFY" => DsnParameters.TryParseNotify(value, out DsnNotify notify) ? read with { Notify = notify } : null,
            "ORCPT" => OriginalRecipient.TryParse(value, out OriginalRecipient? original)
                ? read with
                {
                    OriginalRecipient = original,
                }
                : null,
            _ => null,
        };
}
