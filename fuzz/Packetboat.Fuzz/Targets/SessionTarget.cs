using System.Text;
using System.Text.RegularExpressions;
using Packetboat.Relay.SmtpServer;
using Packetboat.Testing;

namespace Packetboat.Fuzz.Targets;

/// <summary>
/// A whole conversation with the server. The first octet chooses how it begins, so that the input is met in every state. Said at once or in
/// single octets, it must come to the same.
/// </summary>
internal sealed partial class SessionTarget : IFuzzTarget
{
    private const string Hello = "EHLO a.example\r\n";
    private const string Begun = Hello + "MAIL FROM:<a@b.example>\r\n";
    private const string Addressed = Begun + "RCPT TO:<c@d.example>\r\n";

    private static readonly string Signed =
        Hello
        + "AUTH PLAIN "
        + Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{ServerRig.Account}\0{ServerRig.Password}"))
        + "\r\n";

    private static readonly (ListenerKind Listener, string Said)[] Beginnings =
    [
        (ListenerKind.Transfer, ""),
        (ListenerKind.Transfer, Hello),
        (ListenerKind.Transfer, "HELO a.example\r\n"),
        (ListenerKind.Transfer, Begun),
        (ListenerKind.Transfer, Hello + "MAIL FROM:<> SMTPUTF8\r\n"),
        (ListenerKind.Transfer, Addressed),
        (ListenerKind.Transfer, Addressed + "DATA\r\n"),
        (ListenerKind.Transfer, Addressed + "DATA\r\nSubject: x\r\n\r\nfirst line\r\n"),
        (ListenerKind.Transfer, Addressed + "DATA\r\n" + "x: " + new string('y', 1100)),
        (ListenerKind.Transfer, Addressed + "BDAT 7\r\n"),
        (ListenerKind.Transfer, Addressed + "BDAT 5\r\nx: y\r"),
        (ListenerKind.Transfer, Addressed + "BDAT 6\r\nx: y\r\n"),
        (ListenerKind.Submission, Hello + "AUTH PLAIN\r\n"),
        (ListenerKind.Submission, Hello + "AUTH LOGIN\r\n"),
        (ListenerKind.Submission, Hello + "AUTH CRAM-MD5\r\n"),
        (ListenerKind.Submission, Hello + "AUTH SCRAM-SHA-256\r\n"),
        (ListenerKind.Submission, Signed),
        (ListenerKind.Submission, Signed + "MAIL FROM:<a@b.example> SMTPUTF8 BODY=8BITMIME RET=HDRS ENVID=x\r\n"),
        (ListenerKind.Submission, Signed + "MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example> NOTIFY=NEVER\r\nDATA\r\n"),
    ];

    private readonly ServerRig _rig = new();

    public string Name => "session";

    public string What => "a whole conversation with the server, begun in one of its states";

    public IReadOnlyList<string> Words { get; } =
    [
        "EHLO x\r\n",
        "MAIL FROM:<a@b.example>\r\n",
        "RCPT TO:<c@d.example>\r\n",
        "RCPT TO:<info@hub.example>\r\n",
        "DATA\r\n",
        "\r\n.\r\n",
        "BDAT 3\r\nabc",
        "BDAT 0 LAST\r\n",
        "BDAT 9 LAST\r\n",
        "RSET\r\n",
        "NOOP\r\n",
        "QUIT\r\n",
        "STARTTLS\r\n",
        "VRFY a\r\n",
        "AUTH LOGIN\r\n",
        "*\r\n",
        "=\r\n",
        "TVlCQlM=\r\n",
        "\r\n",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        // Each guess at a password costs a derivation; a few are enough.
        if (input.IsEmpty || Guesses(input) > 2)
            return 0;
        (ListenerKind listener, string beginning) = Beginnings[input[0] % Beginnings.Length];
        byte[] said = [.. Encoding.UTF8.GetBytes(beginning), .. input[1..]];
        Conversed whole = _rig.Converse(said, said.Length + 1, listener);
        int kind = IsSound(whole);
        // The handshake begins where STARTTLS was answered: what is in one write with it is dropped, what comes later is the handshake's.
        if (whole.Heard.AsSpan().IndexOf("Ready to start TLS"u8) >= 0)
            return HashCode.Combine(kind, 1);

        Conversed octets = _rig.Converse(said, 1, listener);
        Check.Same(Foretold(whole.Heard), Foretold(octets.Heard), "replies to single octets");
        Check.Same(whole.Spool.Accepted.Count, octets.Spool.Accepted.Count, "messages taken in single octets");
        foreach ((AcceptedMessage one, AcceptedMessage other) in whole.Spool.Accepted.Zip(octets.Spool.Accepted))
            Check.SameOctets(one.Content, other.Content, "a message taken in single octets");
        return kind;
    }

    private static int IsSound(Conversed conversed)
    {
        ReadOnlySpan<byte> heard = conversed.Heard;
        int clear = heard.IndexOf("Ready to start TLS\r\n"u8);
        Check.AreReplies(clear < 0 ? heard : heard[..(clear + "Ready to start TLS\r\n".Length)]);
        Check.Same(0, conversed.Spool.Open, "messages left open");
        foreach (string line in conversed.Log)
        {
            Check.That(!line.StartsWith("Error", StringComparison.Ordinal), line);
            Check.IsPrintable(line, "a log line");
            Check.That(!line.Contains(ServerRig.Password, StringComparison.Ordinal), "the password is in the log");
        }

        foreach (AcceptedMessage taken in conversed.Spool.Accepted)
        {
            Check.IsClean(taken.Content);
            Check.IsClean(taken.Envelope.Trace);
            Check.That(taken.Envelope.Recipients.Count is > 0 and <= 20, $"{taken.Envelope.Recipients.Count} recipients");
        }

        return HashCode.Combine(CodesIn(heard), conversed.Spool.Accepted.Count);
    }

    /// <summary>What the conversation was like: the codes, with repetitions left out.</summary>
    private static int CodesIn(ReadOnlySpan<byte> heard)
    {
        int kind = 0;
        int last = 0;
        foreach (Range range in heard.Split("\r\n"u8))
        {
            int code = heard[range] is [var a, var b, var c, ..] ? (a << 16) | (b << 8) | c : 0;
            kind = code == last ? kind : HashCode.Combine(kind, code);
            last = code;
        }

        return kind;
    }

    private static int Guesses(ReadOnlySpan<byte> input) =>
        Encoding.Latin1.GetString(input).ToUpperInvariant().Split("AUTH").Length - 1;

    /// <summary>Without what is different each time.</summary>
    private static string Foretold(byte[] heard) => Changing().Replace(Encoding.UTF8.GetString(heard), "");

    [GeneratedRegex(
        "(?<=Queued as )[0-9A-Z]{10}|(?<=334 )[A-Za-z0-9+/=]+",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Changing();
}
