using System.Text;
using Packetboat.Protocol.IO;
using Packetboat.Relay.Operations;
using Packetboat.Relay.SmtpServer;
using Packetboat.Relay.Telemetry;
using Packetboat.Testing;

namespace Packetboat.Fuzz.Targets;

/// <summary>A local program's message: the first line is its user, the second its recipient, the rest the message.</summary>
internal sealed class SubmissionTarget : IFuzzTarget
{
    private static readonly SmtpServerSettings Settings = ServerRig.Settings;

    public string Name => "submission";

    public string What => "a local program's message, as sendmail takes it";

    public IReadOnlyList<string> Words { get; } =
    [
        "c@d.example",
        "Subject: x\n\n",
        "From: a@b.example\n",
        "Date: x\n",
        "Message-ID: <x@y>\n",
        "Received: by hub.example\n",
        "\r\n",
        "\n.\n",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        int first = input.IndexOf((byte)'\n');
        int second = first < 0 ? -1 : first + 1 + input[(first + 1)..].IndexOf((byte)'\n');
        if (second <= first)
            return 0;
        string user = Encoding.UTF8.GetString(input[..first]);
        string to = Encoding.UTF8.GetString(input[(first + 1)..second]);
        byte[] content = input[(second + 1)..].ToArray();
        var spool = new MemorySpool();
        var log = new ListLogger<MailLog>();
        var submission = new LocalSubmission(spool, () => Settings, new MailLog(log), TimeProvider.System);
        using var stream = new MemoryStream(content);
        Result<Submitted> result = submission
            .SubmitAsync(new Submission("a@b.example", [to], user), stream, CancellationToken.None)
            .GetAwaiter()
            .GetResult();
        Check.Same(0, spool.Open, "messages left open");
        foreach (string line in log.Lines)
            Check.IsPrintable(line, "a log line");
        if (result.Refusal is { } refusal)
        {
            Check.IsPrintable(refusal.ToString(), "a refusal");
            Check.Same(0, spool.Accepted.Count, "messages taken although refused");
            return refusal.Reason.Length;
        }

        AcceptedMessage taken = spool.Accepted.Single();
        Check.IsClean(taken.Content);
        Check.IsClean(taken.Envelope.Trace);
        FieldsAreOurs(taken.Envelope.Trace);
        return HashCode.Combine(taken.Envelope.Trace.Length / 32, taken.Envelope.SmtpUtf8, taken.Envelope.Body);
    }

    /// <summary>Whatever the user is called, the fields in front are the ones that we write, and no more.</summary>
    private static void FieldsAreOurs(byte[] trace)
    {
        var names = new FieldNames();
        var reader = new MessageReader(names);
        reader.Begin(MessageFraming.Counted);
        reader.Read(trace);
        Check.That(
            names.Found is ["Received", ..] && names.Found.Count <= 4,
            $"fields in front: {string.Join(',', names.Found)}"
        );
        Check.That(
            names.Found.All(name => name is "Received" or "From" or "Date" or "Message-ID"),
            $"fields in front: {string.Join(',', names.Found)}"
        );
    }

    private sealed class FieldNames : ILineSink
    {
        public List<string> Found { get; } = [];

        public void Lines(ReadOnlySpan<byte> lines)
        {
            foreach (string line in Encoding.UTF8.GetString(lines).Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
                if (line[0] is not (' ' or '\t'))
                    Found.Add(line[..Math.Max(0, line.IndexOf(':'))]);
        }
    }
}
