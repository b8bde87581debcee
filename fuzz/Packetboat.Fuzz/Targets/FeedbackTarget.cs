using Packetboat.Protocol.Message;

namespace Packetboat.Fuzz.Targets;

/// <summary>A message to the address for complaints.</summary>
internal sealed class FeedbackTarget : IFuzzTarget
{
    public string Name => "feedback";

    public string What => "a feedback report, RFC 5965";

    public IReadOnlyList<string> Words { get; } =
    [
        "Content-Type: ",
        "multipart/report; ",
        "report-type=feedback-report; ",
        "boundary=b",
        "boundary=\"b\"",
        "\r\n\r\n",
        "\r\n--b\r\n",
        "\r\n--b--",
        "message/feedback-report",
        "message/rfc822",
        "text/rfc822-headers",
        "Feedback-Type: abuse\r\n",
        "User-Agent: x\r\n",
        "Received: by hub.example id 0123456789;",
        "\\\"",
        "((",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        bool isReport = FeedbackReport.TryRead(input, out FeedbackReport? report);
        var type = MediaType.Read(input);
        Check.That(type.Parameters.Count <= 20, "more parameters than there may be");
        if (!isReport)
            return type.Parameters.Count;
        Check.IsPrintable(report!.FeedbackType, "a feedback type");
        Check.IsPrintable(report.Reporter, "a reporter");
        Check.That(report.FeedbackType.Length > 0, "a report of no type");
        return HashCode.Combine(report.IsComplaint, report.Original.Fields.Count, report.Reporter.Length > 0);
    }
}
