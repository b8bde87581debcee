using System.Text;
using CsCheck;
using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.Tests.Message;

/// <summary>Reports of the Abuse Reporting Format, RFC 5965.</summary>
public sealed class FeedbackReportTests
{
    /// <summary>RFC 5965 appendix B.1, shortened.</summary>
    private const string Simple = """
        From: <abusedesk@example.com>
        Date: Thu, 8 Mar 2005 17:40:36 EDT
        Subject: FW: Earn money
        To: <abuse@example.net>
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=feedback-report;
             boundary="part1_13d.2e68ed54_boundary"

        --part1_13d.2e68ed54_boundary
        Content-Type: text/plain; charset="US-ASCII"
        Content-Transfer-Encoding: 7bit

        This is an email abuse report for an email message received from IP
        192.0.2.1 on Thu, 8 Mar 2005 14:00:00 EDT.

        --part1_13d.2e68ed54_boundary
        Content-Type: message/feedback-report

        Feedback-Type: abuse
        User-Agent: SomeGenerator/1.0
        Version: 1

        --part1_13d.2e68ed54_boundary
        Content-Type: message/rfc822
        Content-Disposition: inline

        Received: from mailserver.example.net
             (mailserver.example.net [192.0.2.1])
             by example.com with ESMTP id M63d4137594e46;
             Thu, 08 Mar 2005 14:00:00 -0400
        From: <somespammer@example.net>
        To: <Undisclosed Recipients>
        Subject: Earn money
        Message-ID: 8787KJKJ3K4J3K4J3K4J3.mail@example.net

        Spam Spam Spam
        --part1_13d.2e68ed54_boundary--
        """;

    [Fact]
    public void The_example_of_the_rfc_is_read()
    {
        FeedbackReport report = Read(Simple)!;

        Assert.Equal(("abuse", "SomeGenerator/1.0", true), (report.FeedbackType, report.Reporter, report.IsComplaint));
        HeaderField received = Assert.Single(report.Original.Named("received"));
        Assert.Contains("id M63d4137594e46", Encoding.ASCII.GetString(report.Original.Value(received)), StringComparison.Ordinal);
        Assert.NotNull(report.Original.Last("message-id"));
    }

    [Theory]
    [InlineData("message/rfc822", "text/rfc822-headers")]
    [InlineData("report-type=feedback-report", "Report-Type=\"Feedback-Report\"")]
    [InlineData("report-type=feedback-report;", "x=y; (a (nested) comment) report-type=feedback-report ;")]
    [InlineData("boundary=\"part1_13d.2e68ed54_boundary\"", "boundary=part1_13d.2e68ed54_boundary")]
    [InlineData("--part1_13d.2e68ed54_boundary--", "")]
    [InlineData("Feedback-Type: abuse", "FEEDBACK-TYPE:\n fraud")]
    public void It_may_be_written_in_other_ways(string from, string to) =>
        Assert.True(Read(Simple.Replace(from, to, StringComparison.Ordinal))!.IsComplaint);

    [Theory]
    [InlineData("multipart/report", "multipart/mixed")]
    [InlineData("feedback-report;", "delivery-status;")]
    [InlineData("boundary=", "border=")]
    [InlineData("Content-Type: message/feedback-report", "Content-Type: text/plain")]
    [InlineData("Content-Type: message/rfc822", "Content-Type: text/html")]
    [InlineData("Feedback-Type: abuse", "")]
    public void What_is_none_is_not_read_as_one(string from, string to) =>
        Assert.Null(Read(Simple.Replace(from, to, StringComparison.Ordinal)));

    [Fact]
    public void Praise_is_no_complaint() =>
        Assert.False(Read(Simple.Replace("abuse\n", "not-spam\n", StringComparison.Ordinal))!.IsComplaint);

    [Fact]
    public void A_boundary_counts_at_the_beginning_of_a_line_only() =>
        Assert.Equal(
            "abuse",
            Read(
                Simple.Replace("This is an", "a --part1_13d.2e68ed54_boundary in a line", StringComparison.Ordinal)
            )!.FeedbackType
        );

    [Fact]
    public void What_is_behind_the_bound_is_not_read()
    {
        string far = Simple.Replace("This is an", new string('x', FeedbackReport.MaxOctets), StringComparison.Ordinal);
        Assert.Null(Read(far));
    }

    [Fact]
    public void Whatever_is_left_out_or_put_in_nothing_fails()
    {
        Gen.Select(Gen.Int[0, Simple.Length - 1], Gen.Int[0, 40], Gen.String[Gen.Char[' ', 'ÿ'], 0, 20])
            .Sample(
                change =>
                {
                    (int at, int length, string text) = change;
                    string broken = Simple.Remove(at, Math.Min(length, Simple.Length - at)).Insert(at, text);
                    FeedbackReport? report = Read(broken);
                    return report is null
                        || (
                            report.FeedbackType.Length is > 0 and <= 110
                            && !report.Reporter.Contains('\n', StringComparison.Ordinal)
                        );
                },
                iter: 2000,
                threads: 1
            );
    }

    private static FeedbackReport? Read(string text) =>
        FeedbackReport.TryRead(Encoding.Latin1.GetBytes(text.ReplaceLineEndings("\r\n")), out FeedbackReport? report)
            ? report
            : null;
}
