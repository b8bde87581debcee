using System.Diagnostics.CodeAnalysis;

namespace Packetboat.Commands;

/// <summary>The arguments of sendmail(1) that programs use. What says how to deliver (-odb, -q, -N ...) is accepted: we always queue.</summary>
internal sealed class SendmailArguments
{
    private readonly List<string> _recipients = [];

    public IReadOnlyList<string> Recipients => _recipients;

    /// <summary>-t: recipients stand in To, Cc and Bcc.</summary>
    public bool FromHeader { get; private set; }

    /// <summary>-i: a line with a lone dot is text.</summary>
    public bool DotIsText { get; private set; }

    /// <summary>-f; empty is the null sender.</summary>
    public string? Sender { get; private set; }

    public string? Ctrl { get; private set; }

    public static bool TryParse(
        IReadOnlyList<string> args,
        [NotNullWhen(true)] out SendmailArguments? arguments,
        out string problem
    )
    {
        var read = new SendmailArguments();
        problem = read.Read(args);
        if (problem.Length == 0 && read._recipients.Count == 0 && !read.FromHeader)
            problem = "no recipient: name one, or use -t to take them from the header";
        arguments = problem.Length == 0 ? read : null;
        return arguments is not null;
    }

    /// <summary>Copies standard input, up to its end or a lone dot.</summary>
    /// <returns>False when it is longer than <paramref name="limit"/>.</returns>
    public async Task<bool> CopyAsync(Stream input, MemoryStream to, long limit, CancellationToken ct)
    {
        byte[] buffer = new byte[16 * 1024];
        int read;
        while ((read = await input.ReadAsync(buffer, ct)) > 0)
        {
            if (to.Length + read > limit)
                return false;
            to.Write(buffer, 0, read);
            if (!DotIsText && EndOfDot(to) is { } end)
            {
                to.SetLength(end);
                break;
            }
        }

        return true;
    }

    private static long? EndOfDot(MemoryStream message)
    {
        ReadOnlySpan<byte> text = message.GetBuffer().AsSpan(0, (int)message.Length);
        int dot = text.IndexOf("\n.\n"u8);
        int crlf = text.IndexOf("\n.\r\n"u8);
        int first =
            dot < 0 ? crlf
            : crlf < 0 ? dot
            : Math.Min(dot, crlf);
        return first < 0 ? null : first + 1;
    }

    private string Read(IReadOnlyList<string> args)
    {
        for (int i = 0; i < args.Count; i++)
        {
            string arg = args[i];
            string? next = i + 1 < args.Count ? args[i + 1] : null;
            switch (arg)
            {
                case "--":
                    _recipients.AddRange(args.Skip(i + 1));
                    return "";
                case "-t":
                    FromHeader = true;
                    break;
                case "-i" or "-oi":
                    DotIsText = true;
                    break;
                case "--ctrl":
                    (Ctrl, i) = (next, i + 1);
                    break;
                case "-f" or "-r":
                    if (next is null)
                        return $"{arg} needs an address behind it";
                    (Sender, i) = (Bare(next), i + 1);
                    break;
                case "-F" or "-N" or "-R" or "-V" or "-X" or "-B" or "-O" or "-p":
                    i++;
                    break;
                default:
                    if (Other(arg) is { Length: > 0 } problem)
                        return problem;
                    break;
            }
        }

        return "";
    }

    private string Other(string arg)
    {
        if (!arg.StartsWith('-'))
            _recipients.Add(Bare(arg));
        else if (arg.StartsWith("-f", StringComparison.Ordinal) || arg.StartsWith("-r", StringComparison.Ordinal))
            Sender = Bare(arg[2..]);
        else if (arg.StartsWith("-b", StringComparison.Ordinal) && arg != "-bm")
            return $"{arg} is not a mode of this program; use packetboat queue list for the queue";
        else if (!IsHarmless(arg))
            return $"{arg} is not an option of sendmail here";
        return "";
    }

    /// <summary>Options about how to deliver, which mean nothing to a server that always queues.</summary>
    private static bool IsHarmless(string arg) =>
        arg is "-bm" or "-m" or "-n" or "-v" or "-U" or "-G" || "oFNRVXBOqp".Contains(arg[1], StringComparison.Ordinal);

    private static string Bare(string address) => address is ['<', .. var inside, '>'] ? inside : address;
}
