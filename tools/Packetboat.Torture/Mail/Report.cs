using System.Text;

namespace Packetboat.Torture.Mail;

/// <summary>As much of a delivery status notification as is needed here. RFC 3464 §2.3: one group of fields for each recipient.</summary>
internal static class Report
{
    private const string Recipient = "Final-Recipient: rfc822;";

    public static IReadOnlyList<string> FailedRecipients(byte[] content)
    {
        var failed = new List<string>();
        string? recipient = null;
        foreach (string line in Encoding.Latin1.GetString(content).Split("\r\n"))
        {
            if (line.StartsWith(Recipient, StringComparison.Ordinal))
                recipient = line[Recipient.Length..].Trim();
            else if (recipient is not null && line is "Action: failed")
                failed.Add(recipient);
            else if (line.Length == 0)
                recipient = null;
        }

        return failed;
    }
}
