using System.Security.Cryptography.X509Certificates;
using System.Text;
using Packetboat.Torture.Wire;

namespace Packetboat.Torture.Mail;

/// <summary>One conversation of the exchange. What it says 250 to it has written down.</summary>
internal sealed class ExchangeSession(LineStream line, Arrivals arrivals, X509Certificate2 certificate, Random dice)
{
    private readonly List<string> _recipients = [];
    private string _sender = "";

    public async Task RunAsync(CancellationToken ct)
    {
        using (line)
        {
            try
            {
                await line.WriteAsync("220 mx.test ESMTP\r\n", ct);
                while (await line.ReadLineAsync(ct) is { Length: > 0 } command)
                {
                    if (!await AnswerAsync(Encoding.Latin1.GetString(command.Span).TrimEnd(), ct))
                        return;
                }
            }
            catch (Exception failure) when (failure is OperationCanceledException || LineStream.IsBroken(failure))
            {
                // It was cut, as it had to be expected.
            }
        }
    }

    private async ValueTask<bool> AnswerAsync(string command, CancellationToken ct)
    {
        switch (command.Split(' ')[0].ToUpperInvariant())
        {
            case "EHLO":
                string tls = line.IsTls ? "" : "250-STARTTLS\r\n";
                await line.WriteAsync($"250-mx.test\r\n{tls}250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n", ct);
                return true;
            case "STARTTLS":
                await line.WriteAsync("220 go on\r\n", ct);
                await line.BeServerAsync(certificate, ct);
                return true;
            case "MAIL":
                _recipients.Clear();
                _sender = AddressIn(command);
                await line.WriteAsync("250 2.1.0 ok\r\n", ct);
                return true;
            case "RCPT":
                await line.WriteAsync(ReplyTo(AddressIn(command)), ct);
                return true;
            case "DATA" when _recipients.Count == 0:
                await line.WriteAsync("554 5.5.1 nobody to give it to\r\n", ct);
                return true;
            case "DATA":
                await line.WriteAsync("354 go on\r\n", ct);
                return await TakeContentAsync(ct);
            case "QUIT":
                await line.WriteAsync("221 2.0.0 bye\r\n", ct);
                return false;
            default:
                await line.WriteAsync("250 2.0.0 ok\r\n", ct);
                return true;
        }
    }

    private string ReplyTo(string recipient)
    {
        if (recipient.StartsWith("reject.", StringComparison.Ordinal))
            return "550 5.1.1 no such user\r\n";
        if (dice.Next(recipient.StartsWith("later.", StringComparison.Ordinal) ? 2 : 40) == 0)
            return "451 4.7.1 come back later\r\n";
        _recipients.Add(recipient);
        return "250 2.1.5 ok\r\n";
    }

    private async ValueTask<bool> TakeContentAsync(CancellationToken ct)
    {
        var content = new List<byte>(8192);
        while (await line.ReadLineAsync(ct) is { Length: > 0 } text)
        {
            if (text.Span.SequenceEqual(".\r\n"u8))
            {
                if (dice.Next(50) == 0)
                {
                    await line.WriteAsync("451 4.3.0 not now\r\n", ct);
                    return true;
                }

                arrivals.Take(_sender, [.. _recipients], [.. content]);
                await line.WriteAsync("250 2.0.0 taken\r\n", ct);
                return true;
            }

            content.AddRange(text.Span[0] == '.' ? text.Span[1..] : text.Span);
        }

        return false;
    }

    private static string AddressIn(string command) => command.Split('<', '>')[1];
}
