using System.Buffers;
using System.Text;
using Packetboat.Protocol.Smtp;

namespace Packetboat.Protocol.SmtpClient;

/// <summary>
/// What was said in a sign-in. Some servers repeat what they did not like, and a reply is filed, shown, and mailed to senders: whatever of it is a part
/// of what was said, whole or cut, is taken out.
/// </summary>
internal sealed class SpokenSecrets
{
    private const string Instead = "(secret)";

    /// <summary>Characters. Less of a secret is none, and would be found in ordinary words.</summary>
    private const int Shortest = 8;

    private static readonly SearchValues<char> Base64 = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
    );

    private readonly List<string> _spoken = [];

    /// <param name="base64">As it goes over the wire.</param>
    public void Add(string base64)
    {
        if (base64.Length >= Shortest)
            _spoken.Add(base64);
    }

    public SmtpReply Without(SmtpReply reply) =>
        _spoken.Count == 0 || reply.IsPositive ? reply : reply with { Lines = [.. reply.Lines.Select(Cleared)] };

    private string Cleared(string line)
    {
        var cleared = new StringBuilder(line.Length);
        ReadOnlySpan<char> rest = line;
        while (!rest.IsEmpty)
        {
            int length = LengthOf(rest.IndexOfAnyExcept(Base64), rest.Length);
            ReadOnlySpan<char> run = rest[..length];
            cleared.Append(IsSpoken(run) ? Instead : run);
            rest = rest[length..];
            length = LengthOf(rest.IndexOfAny(Base64), rest.Length);
            cleared.Append(rest[..length]);
            rest = rest[length..];
        }

        return cleared.ToString();
    }

    private static int LengthOf(int end, int all) => end < 0 ? all : end;

    private bool IsSpoken(ReadOnlySpan<char> run)
    {
        if (run.Length < Shortest)
            return false;
        foreach (string said in _spoken)
            if (
                said.AsSpan().Contains(run, StringComparison.OrdinalIgnoreCase)
                || run.Contains(said, StringComparison.OrdinalIgnoreCase)
            )
                return true;
        return false;
    }
}
