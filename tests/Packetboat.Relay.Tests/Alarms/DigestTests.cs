using System.Reflection;
using System.Text;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Alarms;

/// <summary>What an operator reads once a day, and when.</summary>
public sealed class DigestTests : IAsyncDisposable
{
    private readonly AlarmRig _rig = new();
    private readonly DigestOperations _operations;
    private readonly Digest _digest;
    private DigestSettings? _settings = new("sysop@node.example", 7, "node.example");

    public DigestTests()
    {
        _rig.Time.SetLocalTimeZone(TimeZoneInfo.Utc);
        _operations = DigestOperations.Make(out IOperations operations);
        _digest = new Digest(() => _settings, _rig.Store, _rig.Store, operations, _rig.Log, _rig.Time);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _digest.Dispose();
        await _rig.DisposeAsync();
    }

    [Fact]
    public async Task It_is_sent_once_a_day_from_its_hour_on_and_not_on_the_day_it_was_switched_on()
    {
        _operations.Status = Status(waiting: 1);
        await LookAsync(TimeSpan.Zero); // noon
        Assert.Empty(_operations.Sent);
        await LookAsync(TimeSpan.FromHours(18)); // 6 o'clock
        Assert.Empty(_operations.Sent);
        await LookAsync(TimeSpan.FromHours(1));
        await LookAsync(TimeSpan.FromMinutes(1));
        await LookAsync(TimeSpan.FromHours(16));
        Assert.Single(_operations.Sent);
        await LookAsync(TimeSpan.FromHours(20)); // late on the next day
        Assert.Equal(2, _operations.Sent.Count);
    }

    [Fact]
    public async Task What_is_not_taken_is_tried_again()
    {
        _operations.Status = Status(waiting: 1);
        await LookAsync(TimeSpan.Zero);
        _operations.Refusal = new Refusal("the message", "it was not taken", "Make room");
        await LookAsync(TimeSpan.FromDays(1));
        _operations.Refusal = null;
        await LookAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(2, _operations.Sent.Count);
        Assert.Contains(_rig.Lines, line => line.Contains("the day's digest is not sent", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_day_on_which_nothing_happened_has_none()
    {
        await LookAsync(TimeSpan.Zero);
        await LookAsync(TimeSpan.FromDays(1));
        _operations.Status = Status(waiting: 1);
        await LookAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(_operations.Sent);
    }

    [Fact]
    public async Task It_counts_what_was_done_in_the_day_before()
    {
        await AcceptAsync("joe@far.example", RecipientState.Delivered, TimeSpan.Zero);
        await LookAsync(TimeSpan.FromDays(1));
        await AcceptAsync("jim@far.example", RecipientState.Delivered, TimeSpan.FromMinutes(1));
        await AcceptAsync("jack@far.example", RecipientState.Delivered, TimeSpan.FromMinutes(1));
        await AcceptAsync("jill@near.example", RecipientState.Delivered, TimeSpan.FromMinutes(1));
        await AcceptAsync("jane@far.example", RecipientState.Bounced, TimeSpan.FromMinutes(1));
        await LookAsync(TimeSpan.FromHours(20));

        (Submission envelope, string text) = Assert.Single(_operations.Sent);
        Assert.Equal(("", "sysop@node.example"), (envelope.Sender, envelope.Recipients.Single()));
        Assert.Contains("3 sent, 1 failed, 0 waiting, 0 alarms\n", text, StringComparison.Ordinal);
        Assert.Contains("           1 mailbox-full\n", text, StringComparison.Ordinal);
        Assert.Contains("        2  far.example\n        1  near.example\n", text, StringComparison.Ordinal);
        Assert.Contains("\nAuto-Submitted: auto-generated\n", text, StringComparison.Ordinal);
        Assert.Contains("MYBBS: MessagesPerDay 90 of 100\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void It_has_the_alarms_and_who_is_near_his_limits_in_lines_that_a_mail_may_have()
    {
        AlarmRow alarm = AlarmRow.Of(new Alarm("disk", TestMail.Noon, $"full\r\nBcc: you\u001b[2J {new string('ä', 1500)}"));
        AccountRow near = Account(80);
        string text = new DigestReport(
            TestMail.Noon.AddDays(-1),
            TestMail.Noon,
            new DoneMail(0, 0, [(FailureClass.Unknown, 2)], []),
            Status(0, alarm),
            [near, Account(79) with { Id = "OTHER" }]
        ).Compose("sysop@node.example", "node.example");

        Assert.Contains("ALARM (critical) since 2026-11-22 12:00 UTC:\n", text, StringComparison.Ordinal);
        Assert.Contains("MYBBS: MessagesPerDay 80 of 100\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("OTHER", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\nBcc", text, StringComparison.Ordinal);
        Assert.All(text, c => Assert.True(c is '\n' or (>= ' ' and <= '~')));
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 998));
    }

    private async Task LookAsync(TimeSpan after)
    {
        _rig.Time.Advance(after);
        await _digest.LookAsync(Ct);
    }

    private async Task AcceptAsync(string address, RecipientState outcome, TimeSpan after)
    {
        _rig.Time.Advance(after);
        NewMessage message = TestMail.Accepted(_rig.Store, TestMail.Claimed(0, address));
        await _rig.Store.AcceptAsync(message, Ct);
        RecipientResult result = TestMail.Result(0, outcome, _rig.Time.GetUtcNow(), TraceKind.Delivered);
        if (outcome == RecipientState.Bounced)
            result = result with { Cause = Cause.None with { Class = FailureClass.MailboxFull } };
        await _rig.Store.RecordAsync(message.Message.Number, _rig.Time.GetUtcNow(), [result], report: null);
        await _rig.Store.ClearAlarmAsync("nothing", Ct); // what was ordered before is written then
    }

    private static AccountRow Account(int messages) =>
        new(
            "MYBBS",
            TestMail.Noon,
            "",
            null,
            null,
            "",
            [],
            Limits: [Limit("MessagesPerDay", 100, messages), Limit("BytesPerMessage", 1, null)]
        );

    private static LimitRow Limit(string name, long value, long? used) =>
        new(name, value, "refuse", "default", "default", used, value - used, null);

    private static StatusReport Status(long waiting, params AlarmRow[] alarms) =>
        new("1", "mail.example", true, TestMail.Noon, [], 0, "", waiting, 0, 0, null, [], alarms);

    /// <summary>The three operations that a digest needs.</summary>
    public class DigestOperations : DispatchProxy
    {
        public List<(Submission Envelope, string Text)> Sent { get; } = [];

        public Refusal? Refusal { get; set; }

        public StatusReport Status { get; set; } = DigestTests.Status(waiting: 0);

        public static DigestOperations Make(out IOperations operations)
        {
            operations = Create<IOperations, DigestOperations>();
            return (DigestOperations)(object)operations;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name switch
            {
                nameof(IOperations.StatusAsync) => Task.FromResult(Status),
                nameof(IOperations.ListAccountsAsync) => Task.FromResult<IReadOnlyList<AccountRow>>([
                    new("MYBBS", TestMail.Noon, "", null, null, "", []),
                ]),
                nameof(IOperations.ShowLimitsAsync) => Task.FromResult<Result<AccountLimitsReport>>(
                    new AccountLimitsReport((string)args![0]!, DigestTests.Account(90).Limits!)
                ),
                nameof(IOperations.SubmitAsync) => Task.FromResult(Submit((Submission)args![0]!, (Stream)args[1]!)),
                _ => throw new NotSupportedException(targetMethod.Name),
            };

        private Result<Submitted> Submit(Submission envelope, Stream content)
        {
            using var reader = new StreamReader(content, Encoding.ASCII);
            Sent.Add((envelope, reader.ReadToEnd()));
            return Refusal is { } refusal ? refusal : new Submitted("ID00000001");
        }
    }
}
