using System.Text;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Relay.SmtpServer;
using Packetboat.Relay.Telemetry;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Operations;

public sealed class LocalSubmissionTests
{
    private readonly MemorySpool _spool = new();
    private readonly LocalSubmission _submission;
    private string _keptIn = "";

    public LocalSubmissionTests()
    {
        var settings = new SmtpServerSettings(
            "bbs.example",
            1000,
            100,
            TimeSpan.FromMinutes(2),
            50,
            false,
            _ => false,
            TimeSpan.Zero
        );
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 15, 3, 29, TimeSpan.Zero));
        _submission = new LocalSubmission(_spool, () => settings, new MailLog(new ListLogger<MailLog>()), time, KeepsIn);
    }

    [Fact]
    public async Task What_must_not_leave_is_refused_with_the_rule_and_nothing_of_it_is_kept()
    {
        _keptIn = "outside.example";
        Result<Submitted> result = await _submission.SubmitAsync(
            new Submission("me@bbs.example", ["you@bbs.example", "joe@outside.example"], "sysop"),
            new MemoryStream("Subject: s\n\nx\n"u8.ToArray()),
            TestContext.Current.CancellationToken
        );

        Assert.Equal("joe@outside.example", result.Refusal!.Value);
        Assert.Contains("the rule inside keeps it in", result.Refusal.Reason, StringComparison.Ordinal);
        Assert.Contains("[Route:inside]", result.Refusal.Remedy, StringComparison.Ordinal);
        Assert.Empty(_spool.Accepted);
    }

    [Theory]
    [InlineData("Subject: s\n\nline\n.\n..x\n", "Subject: s\r\n\r\nline\r\n.\r\n..x\r\n")]
    [InlineData("Subject: s\r\n\r\nline\r\n", "Subject: s\r\n\r\nline\r\n")]
    [InlineData("Subject: s\n\nno end", "Subject: s\r\n\r\nno end")]
    public async Task Line_ends_of_this_system_become_those_of_mail(string input, string stored)
    {
        Result<Submitted> result = await SubmitAsync(input);

        AcceptedMessage accepted = Assert.Single(_spool.Accepted);
        Assert.Equal(accepted.Id, result.Value!.Id);
        Assert.Equal(stored, Encoding.ASCII.GetString(accepted.Content));
    }

    [Fact]
    public async Task What_a_header_lacks_is_put_in_front()
    {
        await SubmitAsync("Subject: s\n\nx\n");

        AcceptedMessage accepted = Assert.Single(_spool.Accepted);
        Assert.Equal(
            $"""
            Received: by bbs.example (Packetboat, from user sysop) id {accepted.Id};
            	Sun, 22 Nov 2026 15:03:29 +0000
            From: <me@bbs.example>
            Date: Sun, 22 Nov 2026 15:03:29 +0000
            Message-ID: <{accepted.Id}@bbs.example>

            """.ReplaceLineEndings("\r\n"),
            Encoding.ASCII.GetString(accepted.Envelope.Trace)
        );
    }

    [Fact]
    public async Task What_a_header_has_is_left_alone()
    {
        await SubmitAsync("From: a@b.example\nDate: yesterday\nMessage-ID: <x>\n\nx\n");

        string trace = Encoding.ASCII.GetString(Assert.Single(_spool.Accepted).Envelope.Trace);
        Assert.Equal(2, trace.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("Subject: s\n\na\rb\n", "stray CR")]
    public async Task What_is_no_message_is_refused_with_the_reason(string input, string words)
    {
        Result<Submitted> result = await SubmitAsync(input);

        Assert.Contains(words, result.Refusal!.ToString(), StringComparison.Ordinal);
        Assert.Empty(_spool.Accepted);
    }

    [Fact]
    public async Task What_is_larger_than_MaxMsgSize_is_refused()
    {
        Result<Submitted> result = await SubmitAsync("Subject: s\n\n" + string.Concat(Enumerable.Repeat("0123456789\n", 100)));

        Assert.Contains("MaxMsgSize", result.Refusal!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not an address", "a@b.example")]
    [InlineData("me@bbs.example", "nobody")]
    [InlineData("me@bbs.example", "")]
    public async Task An_envelope_that_cannot_be_is_refused(string sender, string recipient)
    {
        string[] recipients = recipient.Length == 0 ? [] : [recipient];
        Result<Submitted> result = await SubmitAsync("Subject: s\n\nx\n", sender, recipients);

        Assert.NotNull(result.Refusal);
        Assert.Empty(_spool.Accepted);
    }

    [Fact]
    public async Task A_full_disk_is_said_and_nothing_is_accepted()
    {
        _spool.FaultOfCommits = new StoreUnavailableException("the disk is full", inner: null);

        Result<Submitted> result = await SubmitAsync("Subject: s\n\nx\n");

        Assert.Contains("the disk is full", result.Refusal!.Reason, StringComparison.Ordinal);
    }

    private Task<Result<Submitted>> SubmitAsync(string content) => SubmitAsync(content, "me@bbs.example", ["friend@far.example"]);

    private Task<Result<Submitted>> SubmitAsync(string content, string sender, string[] recipients) =>
        _submission.SubmitAsync(
            new Submission(sender, recipients, "sysop"),
            new MemoryStream(Encoding.ASCII.GetBytes(content)),
            TestContext.Current.CancellationToken
        );

    private string? KeepsIn(MailAddress? sender, string? account, MailAddress recipient) =>
        recipient.Domain == _keptIn ? "inside" : null;
}
