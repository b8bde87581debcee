using System.Text.RegularExpressions;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Listening;
using Packetboat.Relay.Queue;
using Packetboat.Relay.SmtpServer;
using Packetboat.Relay.Spool;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.SmtpServer;

/// <summary>
/// A conversation with the server as a text that a person can read, played against the real thing. <c>Conversations/README.md</c> says
/// how one is written.
/// </summary>
internal sealed class Conversation : IDisposable
{
    private readonly string[] _lines;
    private readonly bool _inOctets;
    private readonly SmtpScene _scene = new();
    private readonly List<byte> _unsent = [];
    private SmtpTestClient? _client;
    private SmtpConnections? _connections;
    private string _beginning = "greeting";
    private int _accepted;
    private int _at;

    private Conversation(string text, bool inOctets)
    {
        _lines = [.. text.Split('\n').Select(line => line.TrimEnd('\r'))];
        _inOctets = inOctets;
    }

    private SmtpTestClient Client => _client ?? throw new FormatException("the conversation has not begun");

    /// <param name="text">The file's content.</param>
    /// <param name="inOctets">Each octet in a write of its own, instead of all that the client says at once.</param>
    public static async Task PlayAsync(string text, bool inOctets = false)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        using var conversation = new Conversation(text, inOctets);
        // Away from the test's synchronization context: what continues must continue where the other end left off.
        await Task.Run(() => conversation.PlayAsync(ct), ct);
    }

    public void Dispose() => _scene.Dispose();

    /// <summary><c>never NAME [from=DOMAIN] [account=NAME] [to=DOMAIN]</c>.</summary>
    private static RouteRule Rule(string[] words)
    {
        string? of(string key) => words.FirstOrDefault(word => word.StartsWith(key, StringComparison.Ordinal))?[key.Length..];
        return new RouteRule(words[1], RouteAction.Never)
        {
            Senders = of("from=") is { } sender ? [DomainPattern.Parse(sender)!] : [],
            Accounts = of("account=") is { } account ? [account] : [],
            Recipients = of("to=") is { } recipient ? [DomainPattern.Parse(recipient)!] : [],
        };
    }

    private async Task PlayAsync(CancellationToken ct)
    {
        try
        {
            for (_at = 0; _at < _lines.Length; _at++)
                await LineAsync(_lines[_at], ct);
            await SendAsync(ct);
            Assert.Null(await Client.LeftoverAsync(ct));
            await Client.CloseAsync(ct);
            Assert.Equal(_accepted, _scene.Spool.Accepted.Count);
            Assert.Equal(0, _scene.Spool.Open);
            foreach (string secret in _scene.Secrets)
                Assert.DoesNotContain(_scene.Log, line => line.Contains(secret, StringComparison.Ordinal));
            Assert.DoesNotContain(_scene.Log, line => line.StartsWith("Error a session", StringComparison.Ordinal));
        }
        catch (Exception wrong) when (wrong is not OperationCanceledException)
        {
            throw new InvalidOperationException(
                $"line {_at + 1}: {_lines.ElementAtOrDefault(_at)}\n{wrong.Message}\n{string.Join('\n', _scene.Log)}",
                wrong
            );
        }
    }

    private async Task LineAsync(string line, CancellationToken ct)
    {
        if (line.Length == 0)
            return;
        string rest = line.Length < 3 ? "" : line[3..];
        if (line[..2] is "C:" or "C~")
        {
            await BeginAsync(ct);
            _unsent.AddRange(WireText.Bytes(line[1] == '~' ? rest : rest + "\r\n"));
            return;
        }

        await SendAsync(ct);
        switch (line[..2])
        {
            case "S:":
                await BeginAsync(ct);
                Matches(rest, await Client.NextAsync(ct) ?? "(the server closed the connection)");
                break;
            case "--" when rest.Length > 0 && char.IsAsciiLetterLower(rest[0]):
                await DirectionAsync(rest, ct);
                break;
            case "--":
                break;
            default:
                throw new FormatException("a line begins with 'C: ', 'C~ ', 'S: ' or '-- '");
        }
    }

    private async Task DirectionAsync(string text, CancellationToken ct)
    {
        if (await SetAsync(text))
            return;

        await BeginAsync(ct);
        string[] words = text.Split(' ');
        switch (words[0])
        {
            case "wait":
                _scene.Hub.Clock.Advance(SmtpScene.Span(words[1]));
                break;
            case "silence":
                Assert.False(Client.IsReady, "the server says something");
                break;
            case "starttls":
                await Client.StartTlsAsync(ct, withKey: words.Contains("key"));
                break;
            case "sign":
                await Client.SignInAsync(words[2], words[3], words[4], ct);
                break;
            case "close":
                await Client.CloseAsync(ct);
                break;
            case "server":
                Assert.Null(await Client.NextAsync(ct));
                break;
            case "stop":
                _scene.Stop();
                break;
            case "disk":
                FillDisk(atCommit: words[^1] == "commit");
                break;
            case "reserve":
                _scene.Spool.Refusal = words[^1] == "free" ? null : "12 MiB of disk are left, and DiskReserve keeps 64";
                break;
            case "suspend":
                await SuspendAsync(words);
                break;
            case "resume":
                await _scene.ResumeAsync(words[1] == "all" ? null : words[1]);
                break;
            case "revoke":
                await _scene.Hub.Store.RemoveCredentialAsync(QwkId.Parse(words[1]), words[2], ct);
                await _connections!.SignOutAsync(QwkId.Parse(words[1]), ct);
                break;
            case "used:":
                Matches(text["used: ".Length..], await UseOfAsync(words[1], words[2], ct));
                break;
            case "accounts":
                _scene.Hub.Store.Fault = new IOException("no answer");
                break;
            case "spooled:":
                Matches(text["spooled: ".Length..], Shown(Accepted(_accepted++).Envelope));
                break;
            case "content:":
                Assert.Equal(
                    WireText.Shown(WireText.Bytes(text["content: ".Length..])),
                    WireText.Shown(Accepted(_accepted - 1).Content)
                );
                break;
            case "logged:":
                Assert.Contains(text["logged: ".Length..], _scene.Log);
                break;
            case "trace:":
                Matches(text["trace: ".Length..], WireText.Shown(Accepted(_accepted - 1).Envelope.Trace));
                break;
            default:
                throw new FormatException("a remark begins with a capital; this is no direction");
        }
    }

    /// <summary>What can be said before the conversation begins.</summary>
    private async Task<bool> SetAsync(string text)
    {
        string[] words = text.Split(' ');
        switch (words[0])
        {
            case "listener":
                _scene.Listener = Enum.Parse<ListenerKind>(words[1].Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
                return true;
            case "client":
                _scene.Client = System.Net.IPAddress.Parse(words[1]);
                return true;
            case "set" when words[1] == "AuthInClear":
                _scene.AllowInClear(words[2]);
                return true;
            case "set":
                _scene.Set(words[1], words.ElementAtOrDefault(2) ?? "");
                return true;
            case "relay.cfg" or "alias.cfg":
                _scene.AddLine(words[0], text[(words[0].Length + 1)..]);
                return true;
            case "never":
                _scene.Rules.Add(Rule(words));
                return true;
            case "account":
                await _scene.AddAccountAsync(words[1], words[2], reversible: words.Contains("reversible"));
                return true;
            case "key":
                await _scene.Hub.Store.SetCredentialAsync(
                    new CredentialIssuer(_scene.Hub.Box, _scene.Hub.Clock).OfKey(
                        QwkId.Parse(words[1]),
                        words[2],
                        TestCertificate.ClientKey
                    ),
                    CancellationToken.None
                );
                return true;
            case "require":
                await _scene.Hub.Store.SetSignInRuleAsync(
                    QwkId.Parse(words[1]),
                    new SignInRule([.. words.Skip(2).Where(word => word != "TLS")], words.Contains("TLS")),
                    CancellationToken.None
                );
                return true;
            case "credential":
                await _scene.Hub.AddAsync(QwkId.Parse(words[1]), words[3], reversible: words.Contains("reversible"), words[2]);
                return true;
            case "senders":
                await _scene.SetSendersAsync(words[1], words.Skip(2));
                return true;
            case "suspended":
                await SuspendAsync(words);
                return true;
            case "failed":
                for (int i = 0; i < int.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture); i++)
                    _scene.Attempts.Failed(_scene.Client, words.ElementAtOrDefault(3) ?? "MYBBS");
                return true;
            case "guessed":
                for (int i = 0; i < int.Parse(words[3], System.Globalization.CultureInfo.InvariantCulture); i++)
                    _scene.Attempts.Failed(System.Net.IPAddress.Parse($"203.0.{i}.1"), words[2]);
                return true;
            case "known":
                _scene.Attempts.Succeeded(_scene.Client, words[1]);
                return true;
            case "arrival":
                _scene.Arrival = Enum.Parse<Relay.Arrival.ArrivalPolicy>(words[1], ignoreCase: true);
                return true;
            case "dns":
                _scene.Dns.Add(text[4..]);
                return true;
            case "begins":
                _beginning = text["begins ".Length..];
                return true;
            case "whole":
                return true;
            default:
                return false;
        }
    }

    private async Task BeginAsync(CancellationToken ct)
    {
        if (_client is not null)
            return;
        _client = new SmtpTestClient(_scene, _connections = _scene.Open());
        if (_scene.Listener == ListenerKind.TlsSubmission)
            await _client.StartTlsAsync(ct);
        switch (_beginning)
        {
            case "greeting":
                break;
            case "after EHLO":
                await _client.GreetAsync(ct);
                break;
            case "over TLS":
                await _client.GreetOverTlsAsync(ct);
                break;
            case "signed in":
                await _client.GreetOverTlsAsync(ct);
                await _client.SignInAsync("PLAIN", _scene.FirstAccount.Name, _scene.FirstAccount.Password, ct);
                Matches("235 2.7.0 Signed in", await _client.NextAsync(ct) ?? "");
                break;
            default:
                throw new FormatException($"a conversation does not begin {_beginning}");
        }
    }

    private async Task SendAsync(CancellationToken ct)
    {
        byte[] bytes = [.. _unsent];
        _unsent.Clear();
        for (int i = 0; _inOctets && i < bytes.Length; i++)
            await Client.SendAsync(bytes.AsMemory(i, 1), ct);
        if (!_inOctets && bytes.Length > 0)
            await Client.SendAsync(bytes, ct);
    }

    /// <summary><c>suspended NAME [refuse] [for 60s] reason</c>; NAME may be <c>all</c>.</summary>
    private Task SuspendAsync(string[] words)
    {
        string? name = words[1] == "all" ? null : words[1];
        Queue<string> rest = new(words.Skip(2));
        bool refuses = rest.Peek() == "refuse" && rest.Dequeue() is not null;
        bool ends = rest.Peek() == "for" && rest.Dequeue() is not null;
        TimeSpan? lasts = ends ? SmtpScene.Span(rest.Dequeue()) : null;
        SuspendedAnswer answer = refuses ? SuspendedAnswer.Refuse : SuspendedAnswer.Defer;
        return _scene.SuspendAsync(name, string.Join(' ', rest), answer, lasts);
    }

    /// <summary><c>NAME credential mechanism address how</c>.</summary>
    private async Task<string> UseOfAsync(string name, string credential, CancellationToken ct)
    {
        AccountWithCredentials? account = await _scene.Hub.Store.FindAsync(QwkId.Parse(name).LoginForm, ct);
        CredentialUse? use = account?.Credentials.Single(of => of.Name == credential).LastUse;
        return use is null
            ? $"{name} {credential} never"
            : $"{name} {credential} {use.Mechanism} {use.From} {(use.Tls.Length == 0 ? "in clear" : use.Tls)}";
    }

    private void FillDisk(bool atCommit)
    {
        var full = new StoreUnavailableException("the disk is full", inner: null);
        // Not both: a commit that would succeed must not hide that a chunk is missing.
        (_scene.Spool.FaultOfChunks, _scene.Spool.FaultOfCommits) = (atCommit ? null : full, atCommit ? full : null);
    }

    private AcceptedMessage Accepted(int index) =>
        index >= 0 && index < _scene.Spool.Accepted.Count
            ? _scene.Spool.Accepted[index]
            : throw new InvalidOperationException("no such message was spooled");

    private static string Shown(SpoolEnvelope envelope) =>
        $"from=<{envelope.Sender}> to={string.Join(',', envelope.Recipients.Select(Shown))}"
        + (envelope.Account is null ? "" : $" account={envelope.Account}")
        + (envelope.Usage?.Stopped is { } stopped ? $" stopped={stopped.Kind}" : "")
        + (envelope.Warning.Length == 0 ? "" : $" warning={envelope.Warning}")
        + (envelope.Body == Protocol.Smtp.BodyType.EightBitMime ? " body=8BITMIME" : "")
        + (envelope.SmtpUtf8 ? " utf8" : "")
        + (envelope.Tls == TlsWish.Usual ? "" : $" tls={envelope.Tls}")
        + (envelope.Dsn.Return == DsnReturn.Unspecified ? "" : $" ret={envelope.Dsn.Return}")
        + (envelope.Dsn.EnvelopeId is null ? "" : $" envid={envelope.Dsn.EnvelopeId}");

    private static string Shown(EnvelopeRecipient recipient)
    {
        string notify =
            recipient.Dsn.Notify == DsnNotify.Unspecified ? "" : $"(notify={DsnParameters.Format(recipient.Dsn.Notify)})";
        string original = recipient.Dsn.OriginalRecipient is { } given ? $"(orcpt={given.ToParameter()})" : "";
        return $"<{recipient.Address}>{notify}{original}";
    }

    /// <summary>What cannot be foretold has a placeholder in the file.</summary>
    private static void Matches(string expected, string actual)
    {
        string pattern = Regex
            .Escape(expected)
            .Replace("<id>", "[0-9A-HJKMNP-TV-Z]{10}", StringComparison.Ordinal)
            .Replace("<date>", "Sun,\\ 22\\ Nov\\ 2026\\ 15:0[0-9]:[0-9]{2}\\ [+]0000", StringComparison.Ordinal)
            .Replace("<base64>", "[A-Za-z0-9+/]+={0,2}", StringComparison.Ordinal)
            .Replace("<tls>", "TLS\\ 1[.][23]\\ TLS_[A-Z0-9_]+", StringComparison.Ordinal);
        if (!Regex.IsMatch(actual, $"^{pattern}$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5)))
            Assert.Equal(expected, actual);
    }
}
