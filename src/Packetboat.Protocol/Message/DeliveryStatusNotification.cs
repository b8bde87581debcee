using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MimeKit.Encodings;
using MimeKit.Utils;
using Packetboat.Protocol.Smtp;

namespace Packetboat.Protocol.Message;

/// <summary>
/// A report to the sender of a message. RFC 3464, RFC 6522, RFC 6533. Written by hand rather than through a MIME library, because the
/// returned message has to come back byte for byte.
/// </summary>
/// <param name="Bytes">The report, CRLF throughout, ready for the queue; it leaves with a null sender (RFC 3464 §2).</param>
/// <param name="NeedsSmtpUtf8">Its own header has UTF-8. RFC 6531 §3.4.</param>
/// <param name="IsEightBit">It has bytes above 127. RFC 6152.</param>
public sealed record DeliveryStatusNotification(ReadOnlyMemory<byte> Bytes, bool NeedsSmtpUtf8, bool IsEightBit)
{
    /// <summary>Octets. A larger message comes back as its header: the sender has the rest, and bounces travel far. RFC 3461 §4.3.</summary>
    public const int MaxReturned = 64 * 1024;

    /// <summary>Octets of what is said to people about one recipient at a time.</summary>
    private const int MaxParagraph = 800;

    /// <summary>Characters of a line for people. RFC 5322 §2.1.1.</summary>
    /// <summary>Characters, each of up to four octets.</summary>
    private const int MaxWord = 200;

    private const int MaxColumn = 76;

    /// <summary>Octets without CRLF: 8bit allows no longer line. RFC 2045 §2.8.</summary>
    private const int MaxLine = 998;

    public static DeliveryStatusNotification Of(DsnInput input)
    {
        bool international = input.SmtpUtf8 || input.Sender.NeedsSmtpUtf8 || input.Recipients.Any(NeedsUtf8);
        (byte[] text, string textEncoding) = Encoded(Text(input));
        byte[] status = Status(input, international);
        byte[] returned = ReturnsContent(input) ? input.OriginalContent.ToArray() : HeaderOnly(input.OriginalHeader.Span);
        string boundary = Boundary(input, returned);

        var report = new ArrayBufferWriter<byte>(2048 + text.Length + status.Length + returned.Length);
        Header(report, input, boundary, IsEightBitText(text) || IsEightBitText(status) || IsEightBitText(returned));
        Part(report, boundary, "text/plain; charset=utf-8", "Notification", text, textEncoding, input.Words.Language);
        Part(report, boundary, StatusType(international), "Delivery report", status);
        Part(report, boundary, ReturnedType(input, international, returned), "Undelivered message", returned);
        report.Write(Encoding.ASCII.GetBytes($"--{boundary}--\r\n"));

        byte[] bytes = report.WrittenSpan.ToArray();
        return new DeliveryStatusNotification(bytes, input.Sender.NeedsSmtpUtf8, IsEightBitText(bytes));
    }

    private static bool NeedsUtf8(DsnRecipient recipient) =>
        recipient.Address.NeedsSmtpUtf8 || recipient.Original is { AddressType: "utf-8" };

    /// <summary>Only a failure returns the message, unless less was asked for. RFC 3461 §4.3.</summary>
    private static bool ReturnsContent(DsnInput input) =>
        input.Return is not DsnReturn.Headers
        && input.Recipients.Any(recipient => recipient.Action is DsnAction.Failed)
        && input.OriginalContent.Length is > 0 and <= MaxReturned
        && LongestLine(input.OriginalContent.Span) <= MaxLine;

    private static int LongestLine(ReadOnlySpan<byte> text)
    {
        int longest = 0;
        foreach (Range line in text.Split("\r\n"u8))
            longest = Math.Max(longest, text[line].Length);
        return longest;
    }

    /// <summary>Lines too long for any transport are cut; the blank line that ends a header is not part of it.</summary>
    private static byte[] HeaderOnly(ReadOnlySpan<byte> header)
    {
        var kept = new ArrayBufferWriter<byte>(header.Length + 2);
        foreach (Range range in header.Split("\r\n"u8))
        {
            ReadOnlySpan<byte> line = header[range];
            if (line.IsEmpty)
                break;
            kept.Write(line[..Math.Min(line.Length, MaxLine)]);
            kept.Write("\r\n"u8);
        }

        return kept.WrittenSpan.ToArray();
    }

    /// <summary>From the Message-ID, so that the same input makes the same bytes; another one in the unlikely case that it occurs inside.</summary>
    private static string Boundary(DsnInput input, byte[] returned)
    {
        for (int attempt = 0; ; attempt++)
        {
            byte[] seed = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{input.MessageId}/{attempt}"));
            string boundary = "=_" + Convert.ToHexStringLower(SHA256.HashData(seed))[..32];
            if (returned.AsSpan().IndexOf(Encoding.ASCII.GetBytes(boundary)) < 0)
                return boundary;
        }
    }

    private static void Header(ArrayBufferWriter<byte> report, DsnInput input, string boundary, bool eightBit)
    {
        string encoding = eightBit ? "8bit" : "7bit";
        Line(report, $"From: Mail Delivery System <MAILER-DAEMON@{input.ReportingHost}>");
        Line(report, $"To: <{input.Sender}>");
        Line(report, $"Subject: {Encoded(PrintableText.Of(input.Words.Subject, 200))}");
        Line(report, $"Date: {DateOf(input.Date)}");
        Line(report, $"Message-ID: <{input.MessageId}>");
        // Keeps vacation programs, and other mail systems, from answering. RFC 3834 §5.
        Line(report, "Auto-Submitted: auto-replied");
        Line(report, "MIME-Version: 1.0");
        Line(report, "Content-Type: multipart/report; report-type=delivery-status;");
        Line(report, $"\tboundary=\"{boundary}\"");
        Line(report, $"Content-Transfer-Encoding: {encoding}");
        Line(report, "");
        Line(report, "This is a report about your mail, in MIME format.");
        Line(report, "");
    }

    /// <summary>Letters beyond ASCII stand in encoded words, a line each. RFC 2047 §2.</summary>
    private static string Encoded(string subject) =>
        Ascii.IsValid(subject)
            ? subject
            : Encoding
                .ASCII.GetString(Rfc2047.EncodeText(Encoding.UTF8, subject))
                .Replace("?= =?", "?=\r\n =?", StringComparison.Ordinal);

    /// <summary>A language with letters beyond ASCII must not demand 8BITMIME of the sender's server. RFC 2045 §6.7.</summary>
    private static (byte[] Text, string Encoding) Encoded(byte[] text)
    {
        if (!IsEightBitText(text))
            return (text, "7bit");
        var encoder = new QuotedPrintableEncoder();
        byte[] encoded = new byte[encoder.EstimateOutputLength(text.Length)];
        int length = encoder.Flush(text, 0, text.Length, encoded);
        string lines = System.Text.Encoding.ASCII.GetString(encoded, 0, length);
        return (System.Text.Encoding.ASCII.GetBytes(lines.ReplaceLineEndings("\r\n")), "quoted-printable");
    }

    private static void Part(
        ArrayBufferWriter<byte> report,
        string boundary,
        string type,
        string description,
        byte[] body,
        string? encoding = null,
        string? language = null
    )
    {
        Line(report, $"--{boundary}");
        Line(report, $"Content-Type: {type}");
        Line(report, $"Content-Description: {description}");
        if (language is not null)
            Line(report, $"Content-Language: {language}");
        Line(report, $"Content-Transfer-Encoding: {encoding ?? (IsEightBitText(body) ? "8bit" : "7bit")}");
        Line(report, "");
        report.Write(body);
        // The line end before a boundary belongs to the boundary. RFC 2046 §5.1.1.
        Line(report, "");
    }

    private static string StatusType(bool international) =>
        international ? "message/global-delivery-status" : "message/delivery-status";

    private static string ReturnedType(DsnInput input, bool international, byte[] returned)
    {
        // message/global is UTF-8 by definition; an old header in Latin-1 is not. RFC 6532 §3.7.
        bool global = international && System.Text.Unicode.Utf8.IsValid(input.OriginalHeader.Span);
        bool whole = returned.Length > 0 && ReturnsContent(input);
        return (whole, global) switch
        {
            (true, true) => "message/global",
            (true, false) => "message/rfc822",
            (false, true) => "message/global-headers",
            (false, false) => "text/rfc822-headers",
        };
    }

    private static byte[] Text(DsnInput input)
    {
        var text = new StringBuilder();
        AppendParagraph(text, input.Words.Opening, indent: "");
        foreach (IGrouping<DsnAction, DsnRecipient> group in input.Recipients.GroupBy(r => r.Action).OrderBy(g => g.Key))
        {
            text.Append("\r\n");
            AppendParagraph(text, input.Words.Introductions[group.Key], indent: "");
            foreach (DsnRecipient recipient in group)
                AppendRecipient(text, recipient, input.Words);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void AppendRecipient(StringBuilder text, DsnRecipient recipient, DsnWords words)
    {
        text.Append(CultureInfo.InvariantCulture, $"\r\n  <{recipient.Address}>\r\n");
        foreach (string paragraph in recipient.Explanation)
            AppendParagraph(text, PrintableText.Of(paragraph, MaxParagraph), "    ");
        if (recipient.Reply is not { } reply)
            return;
        string host = HostOf(recipient) is { } name ? PrintableText.Of(name, 150) : "?";
        AppendParagraph(text, words.Said.Replace("{host}", host, StringComparison.Ordinal), "    ");
        // Exactly what was said: on one line, however long.
        text.Append(CultureInfo.InvariantCulture, $"      {Words(reply)}\r\n");
    }

    /// <summary>Lines of a width that can be read, broken at blanks. RFC 5322 §2.1.1.</summary>
    private static void AppendParagraph(StringBuilder text, string paragraph, string indent)
    {
        int column = 0;
        foreach (string word in paragraph.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(Pieces))
        {
            bool fits = column > 0 && column + 1 + word.Length <= MaxColumn;
            text.Append(
                    fits ? " "
                    : column > 0 ? "\r\n" + indent
                    : indent
                )
                .Append(word);
            column = (fits ? column + 1 : indent.Length) + word.Length;
        }

        text.Append("\r\n");
    }

    /// <summary>A word that no line has room for, RFC 5322 §2.1.1, such as a reply without blanks, goes on in the next.</summary>
    private static IEnumerable<string> Pieces(string word)
    {
        int at = 0;
        while (word.Length - at > MaxWord)
        {
            int end = at + MaxWord;
            if (char.IsLowSurrogate(word[end]))
                end--;
            yield return word[at..end];
            at = end;
        }

        yield return word[at..];
    }

    private static byte[] Status(DsnInput input, bool international)
    {
        var fields = new ArrayBufferWriter<byte>(512);
        Line(fields, $"Reporting-MTA: dns; {input.ReportingHost}");
        if (input.EnvelopeId is { } id)
            Line(fields, $"Original-Envelope-Id: {PrintableText.Of(id, 500)}");
        Line(fields, $"Arrival-Date: {DateOf(input.Arrival)}");
        foreach (DsnRecipient recipient in input.Recipients)
            RecipientFields(fields, recipient, international);
        return fields.WrittenSpan.ToArray();
    }

    private static void RecipientFields(ArrayBufferWriter<byte> fields, DsnRecipient recipient, bool international)
    {
        Line(fields, "");
        if (recipient.Original is { } original)
            Line(fields, $"Original-Recipient: {original.AddressType}; {PrintableText.Of(original.Address, 600)}");
        Line(fields, $"Final-Recipient: {(recipient.Address.NeedsSmtpUtf8 ? "utf-8" : "rfc822")}; {recipient.Address}");
        Line(fields, $"Action: {recipient.Action.ToString().ToLowerInvariant()}");
        Line(fields, $"Status: {StatusOf(recipient)}");
        if (HostOf(recipient) is { } host)
            Line(fields, $"Remote-MTA: dns; {host}");
        if (recipient.Reply is { } reply)
            Line(fields, $"Diagnostic-Code: smtp; {(international ? Words(reply) : PrintableText.Ascii(Words(reply), 800))}"); // RFC 3464 §2.1
        if (recipient.LastAttempt is { } attempt)
            Line(fields, $"Last-Attempt-Date: {DateOf(attempt)}");
        if (recipient.WillRetryUntil is { } until)
            Line(fields, $"Will-Retry-Until: {DateOf(until)}");
    }

    private static string? HostOf(DsnRecipient recipient) =>
        recipient is { Reply: not null, RemoteHost: { Length: > 0 } host } ? PrintableText.Of(host, 255) : null;

    /// <summary>The first of: what we were told, the reply's own code, and what its first digit says. RFC 3463 §3.1.</summary>
    private static string StatusOf(DsnRecipient recipient)
    {
        if (!recipient.Status.IsEmpty)
            return recipient.Status.ToString();
        if (
            recipient.Reply is { Enhanced.Length: > 0 } reply
            && EnhancedStatus.TryParse(reply.Enhanced, out EnhancedStatus said, out _)
        )
            return said.ToString();
        return recipient.Action switch
        {
            DsnAction.Failed => "5.0.0",
            DsnAction.Delayed => "4.0.0",
            _ => "2.0.0",
        };
    }

    /// <summary>One line short enough for any transport, and without anything that could end it.</summary>
    private static string Words(SmtpReply reply) => PrintableText.Of(reply.ToString(), 800);

    private static string DateOf(DateTimeOffset date) =>
        date.ToString("ddd, dd MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture)
        + date.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);

    private static bool IsEightBitText(ReadOnlySpan<byte> text) => !Ascii.IsValid(text);

    private static void Line(ArrayBufferWriter<byte> output, string text)
    {
        Encoding.UTF8.GetBytes(text, output);
        output.Write("\r\n"u8);
    }
}
