using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Packetboat.Protocol.Message;

/// <summary>
/// A report of the Abuse Reporting Format, RFC 5965: a receiver's user has called a message spam. Read from the first octets of a message;
/// what is not one, or is too long to be one, is none.
/// </summary>
/// <param name="FeedbackType">Lower case: <c>abuse</c>, <c>fraud</c>, <c>not-spam</c>… RFC 5965 §3.1, §7.3.</param>
/// <param name="Reporter">User-Agent, printable.</param>
/// <param name="Recipient">Original-Rcpt-To without brackets, printable: who complains; empty: it does not say. RFC 5965 §3.2.</param>
/// <param name="Original">The header of the message that the report is about.</param>
public sealed record FeedbackReport(string FeedbackType, string Reporter, string Recipient, HeaderBlock Original)
{
    /// <summary>Octets of a message that are looked at.</summary>
    public const int MaxOctets = 128 * 1024;

    private const int MaxParts = 8;
    private const int MaxText = 100;

    /// <summary>Whether somebody complains: other reports are praise, or about how mail is signed.</summary>
    public bool IsComplaint => FeedbackType is "abuse" or "fraud" or "virus" or "other";

    /// <param name="message">With its header; line ends are CRLF. What is behind <see cref="MaxOctets"/> need not be there.</param>
    /// <param name="report">What it says.</param>
    public static bool TryRead(ReadOnlySpan<byte> message, [NotNullWhen(true)] out FeedbackReport? report)
    {
        report = null;
        ReadOnlySpan<byte> body = Split(message[..Math.Min(message.Length, MaxOctets)], out HeaderBlock header);
        MediaType type = TypeOf(header);
        // RFC 5965 §2: multipart/report, and a parameter that says of which kind.
        if (
            type.Name != "multipart/report"
            || !string.Equals(type["report-type"], "feedback-report", StringComparison.OrdinalIgnoreCase)
            || type["boundary"] is not { Length: > 0 and <= 70 } boundary
        )
            return false;

        HeaderBlock? fields = null;
        HeaderBlock? original = null;
        byte[] delimiter = Encoding.Latin1.GetBytes("--" + boundary);
        body = AfterDelimiter(body, delimiter);
        for (int i = 0; i < MaxParts && !body.IsEmpty; i++)
        {
            int end = Delimiter(body, delimiter);
            Take(end < 0 ? body : body[..end], ref fields, ref original);
            body = end < 0 ? [] : AfterDelimiter(body[end..], delimiter);
        }

        if (fields is null || original is null)
            return false;
        report = new FeedbackReport(
            Text(fields, "feedback-type").ToLowerInvariant(),
            Text(fields, "user-agent"),
            Text(fields, "original-rcpt-to").Trim('<', '>'),
            original
        );
        return report.FeedbackType.Length > 0;
    }

    private static void Take(ReadOnlySpan<byte> part, ref HeaderBlock? fields, ref HeaderBlock? original)
    {
        ReadOnlySpan<byte> content = Split(part, out HeaderBlock header);
        switch (TypeOf(header).Name)
        {
            case "message/feedback-report":
                fields ??= Header(content);
                break;
            // RFC 5965 §2 (d); the second is RFC 6522's name for a header alone, the third an old one.
            case "message/rfc822" or "text/rfc822-headers" or "message/rfc822-headers":
                original ??= Header(content);
                break;
            default:
                break; // for people
        }
    }

    /// <returns>What is behind the header.</returns>
    private static ReadOnlySpan<byte> Split(ReadOnlySpan<byte> entity, out HeaderBlock header)
    {
        header = new HeaderBlock();
        ReadOnlySpan<byte> rest = header.Append(entity);
        header.Complete();
        return rest;
    }

    private static HeaderBlock Header(ReadOnlySpan<byte> content)
    {
        _ = Split(content, out HeaderBlock header);
        return header;
    }

    private static MediaType TypeOf(HeaderBlock header) =>
        header.Last("content-type") is { } field ? MediaType.Read(header.Value(field)) : MediaType.Read([]);

    private static string Text(HeaderBlock header, string name) =>
        header.Last(name) is { } field ? PrintableText.Of(Encoding.Latin1.GetString(header.Value(field)).Trim(), MaxText) : "";

    /// <summary>At the beginning of a line. RFC 2046 §5.1.1.</summary>
    private static int Delimiter(ReadOnlySpan<byte> body, ReadOnlySpan<byte> delimiter)
    {
        for (int from = 0; from < body.Length; )
        {
            int found = body[from..].IndexOf(delimiter);
            if (found < 0)
                return -1;
            int at = from + found;
            if (at == 0 || body[at - 1] == '\n')
                return at;
            from = at + 1;
        }

        return -1;
    }

    private static ReadOnlySpan<byte> AfterDelimiter(ReadOnlySpan<byte> body, ReadOnlySpan<byte> delimiter)
    {
        int at = Delimiter(body, delimiter);
        if (at < 0)
            return [];
        ReadOnlySpan<byte> rest = body[(at + delimiter.Length)..];
        if (rest.StartsWith("--"u8))
            return [];
        int end = rest.IndexOf((byte)'\n');
        return end < 0 ? [] : rest[(end + 1)..];
    }
}
