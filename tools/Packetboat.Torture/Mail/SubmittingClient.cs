using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Packetboat.Torture.Wire;
using Packetboat.Torture.World;

namespace Packetboat.Torture.Mail;

/// <summary>
/// A client that hands in letters until it is told to stop, and every letter until it has a 250 for it: with a new attempt, that is a new
/// mark, whenever it cannot know, so that what its own repetition doubles is told from what the servers double.
/// </summary>
/// <param name="server">Where.</param>
/// <param name="signsIn">With STARTTLS and AUTH first.</param>
/// <param name="submissions">Where it writes down what it was told.</param>
/// <param name="dice">Random numbers.</param>
/// <param name="pause">Between two letters, at most.</param>
internal sealed class SubmittingClient(IPEndPoint server, bool signsIn, Submissions submissions, Random dice, TimeSpan pause)
{
    private static readonly TimeSpan ReplyPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(50);

    private Letter? _letter;

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await ConverseAsync(stop);
            }
            catch (Exception failure)
                when (failure is OperationCanceledException or FormatException || LineStream.IsBroken(failure))
            {
                // The line was cut, or somebody was silent for too long.
            }

            await PauseAsync(AfterFailure, stop);
        }
    }

    private async Task ConverseAsync(CancellationToken stop)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, stop);
        using var line = new LineStream(socket);
        if (await ReplyAsync(line) != 220 || await AskAsync(line, "EHLO client.test") != 250)
            return;
        if (signsIn && !await SignInAsync(line))
            return;
        for (int left = dice.Next(1, 25); left > 0 && !stop.IsCancellationRequested; left--)
        {
            if (!await HandInAsync(line))
                return;
            await PauseAsync(pause * dice.NextDouble(), stop);
        }

        await AskAsync(line, "QUIT");
    }

    private async Task<bool> SignInAsync(LineStream line)
    {
        if (await AskAsync(line, "STARTTLS") != 220)
            return false;
        using (var patience = new CancellationTokenSource(ReplyPatience))
            await line.BeClientAsync(patience.Token);
        string secret = Convert.ToBase64String(Encoding.ASCII.GetBytes($"\0{Boat.Account}\0{Boat.Password}"));
        return await AskAsync(line, "EHLO client.test") == 250 && await AskAsync(line, $"AUTH PLAIN {secret}") == 235;
    }

    /// <returns>Whether the conversation may go on.</returns>
    private async Task<bool> HandInAsync(LineStream line)
    {
        Letter letter = _letter is { } failed
            ? failed with
            {
                Attempt = failed.Attempt + 1,
            }
            : new Letter(submissions.NextNumber(), 0);
        _letter = letter;
        byte[] content = letter.Content();
        var taken = new List<string>();
        submissions.Note(letter, Outcome.NotSent, taken);
        if (await AskAsync(line, $"MAIL FROM:<{letter.Sender}> BODY=8BITMIME SIZE={content.Length}") != 250)
            return await GiveUpAsync(line);
        foreach (string recipient in letter.Recipients())
        {
            if (await AskAsync(line, $"RCPT TO:<{recipient}>") == 250)
                taken.Add(recipient);
        }

        if (taken.Count == 0)
            return await GiveUpAsync(line);
        return dice.Next(5) == 0
            ? await SendChunksAsync(line, letter, content, taken)
            : await SendDataAsync(line, letter, content, taken);
    }

    private async Task<bool> SendDataAsync(LineStream line, Letter letter, byte[] content, List<string> taken)
    {
        if (await AskAsync(line, "DATA") != 354)
            return await GiveUpAsync(line);
        byte[] stuffed = [.. DotStuffed(content), .. ".\r\n"u8];
        await WriteAsync(line, stuffed.AsMemory(0, stuffed.Length - 3));
        // From here on the server may have it.
        submissions.Note(letter, Outcome.Unknown, taken);
        await WriteAsync(line, stuffed.AsMemory(stuffed.Length - 3));
        return await EndAsync(line, letter, taken);
    }

    private async Task<bool> SendChunksAsync(LineStream line, Letter letter, byte[] content, List<string> taken)
    {
        int first = dice.Next(content.Length);
        await WriteAsync(line, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"BDAT {first}\r\n")));
        await WriteAsync(line, content.AsMemory(0, first));
        if (await ReplyAsync(line) != 250)
            return false;
        submissions.Note(letter, Outcome.Unknown, taken);
        string last = string.Create(CultureInfo.InvariantCulture, $"BDAT {content.Length - first} LAST\r\n");
        await WriteAsync(line, Encoding.ASCII.GetBytes(last));
        await WriteAsync(line, content.AsMemory(first));
        return await EndAsync(line, letter, taken);
    }

    private async Task<bool> EndAsync(LineStream line, Letter letter, List<string> taken)
    {
        int code = await ReplyAsync(line);
        if (code == 250)
        {
            submissions.Note(letter, Outcome.Accepted, taken);
            _letter = null;
            return true;
        }

        if (code >= 400)
            submissions.Note(letter, Outcome.Refused, taken);
        // A 5xx will not change.
        if (code >= 500)
            _letter = null;
        return code >= 400;
    }

    private async Task<bool> GiveUpAsync(LineStream line) => await AskAsync(line, "RSET") == 250;

    private async Task<int> AskAsync(LineStream line, string command)
    {
        await WriteAsync(line, Encoding.ASCII.GetBytes(command + "\r\n"));
        return await ReplyAsync(line);
    }

    private static async Task WriteAsync(LineStream line, ReadOnlyMemory<byte> bytes)
    {
        using var patience = new CancellationTokenSource(ReplyPatience);
        await line.WriteAsync(bytes, patience.Token);
    }

    /// <returns>The code; 0 when the server has closed.</returns>
    private async Task<int> ReplyAsync(LineStream line)
    {
        using var patience = new CancellationTokenSource(ReplyPatience);
        while (await line.ReadLineAsync(patience.Token) is { Length: > 3 } text)
        {
            if (text.Span[3] == '-')
                continue;
            string reply = Encoding.Latin1.GetString(text.Span).TrimEnd();
            int code = int.Parse(reply.AsSpan(0, 3), CultureInfo.InvariantCulture);
            if (code >= 400)
                submissions.Refusals.AddOrUpdate(reply, 1, (_, count) => count + 1);
            return code;
        }

        return 0;
    }

    /// <summary>RFC 5321 §4.5.2.</summary>
    private static List<byte> DotStuffed(byte[] content)
    {
        var stuffed = new List<byte>(content.Length + 100);
        bool atStart = true;
        foreach (byte octet in content)
        {
            if (atStart && octet == '.')
                stuffed.Add(octet);
            stuffed.Add(octet);
            atStart = octet == '\n';
        }

        return stuffed;
    }

    private static async Task PauseAsync(TimeSpan pause, CancellationToken stop)
    {
        try
        {
            await Task.Delay(pause, TimeProvider.System, stop);
        }
        catch (OperationCanceledException)
        {
            // It is told to stop, and sees that itself.
        }
    }
}
