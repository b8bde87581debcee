using System.Text;
using Packetboat.Protocol.Message;

namespace Packetboat.Relay.TlsReports;

/// <summary>A report as a message. RFC 8460 §5.3.</summary>
internal static class TlsReportMail
{
    private const string Boundary = "=_tlsrpt";

    private const int LineOctets = 57;

    /// <param name="report">What is told.</param>
    /// <param name="to">To whom.</param>
    /// <param name="now">For Date.</param>
    public static byte[] Of(TlsReport report, MailAddress to, DateTimeOffset now)
    {
        var text = new StringBuilder();
        void line(string words) => text.Append(words).Append("\r\n");
        line($"From: TLS reports <{report.Contact}>");
        line($"To: <{to}>");
        line($"Date: {ReceivedField.Date(now)}");
        // RFC 8460 §5.3: Domain, Submitter and Report-ID; folded, because names may be long.
        line(
            $"Subject: Report Domain: {report.Domain}\r\n Submitter: {report.Submitter}\r\n Report-ID: <{report.Id}@{report.Submitter}>"
        );
        line(
            $"Message-ID: <{report.Id}.{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(to.ToString())).AsSpan(0, 4))}@{report.Submitter}>"
        );
        line($"TLS-Report-Domain: {report.Domain}");
        line($"TLS-Report-Submitter: {report.Submitter}");
        // That its TLS fails is what the domain is to hear. RFC 8460 §3, RFC 8689 §3.
        line("TLS-Required: No");
        line("Auto-Submitted: auto-generated");
        line("MIME-Version: 1.0");
        line($"Content-Type: multipart/report; report-type=\"tlsrpt\";\r\n\tboundary=\"{Boundary}\"");
        line("");
        line($"--{Boundary}");
        line("Content-Type: text/plain; charset=us-ascii");
        line("");
        line($"This is how sessions with mail servers of {report.Domain}");
        line($"came by TLS on {report.Day:yyyy-MM-dd}, as {report.Submitter} saw it. RFC 8460.");
        line("");
        line($"--{Boundary}");
        line("Content-Type: application/tlsrpt+gzip");
        line("Content-Transfer-Encoding: base64");
        line($"Content-Disposition: attachment;\r\n\tfilename=\"{report.FileName}\"");
        line("");
        foreach (byte[] part in report.ToGzip().Chunk(LineOctets))
            line(Convert.ToBase64String(part));
        line($"--{Boundary}--");
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
