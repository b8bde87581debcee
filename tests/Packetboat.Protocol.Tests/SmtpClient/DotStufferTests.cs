using System.Text;
using CsCheck;
using Packetboat.Protocol.SmtpClient;

namespace Packetboat.Protocol.Tests.SmtpClient;

public sealed class DotStufferTests
{
    private static readonly string[] Pieces = ["", ".", "..", ".a", "a", "a.", "\t", "text with . dots", "\u00e9"];

    [Theory]
    [InlineData("", ".\r\n")]
    [InlineData("a\r\n", "a\r\n.\r\n")]
    [InlineData("a", "a\r\n.\r\n")]
    [InlineData(".", "..\r\n.\r\n")]
    [InlineData(".\r\n", "..\r\n.\r\n")]
    [InlineData("..\r\n", "...\r\n.\r\n")]
    [InlineData("a.\r\n", "a.\r\n.\r\n")]
    [InlineData("a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n.\r\n")]
    [InlineData("\r\n\r\n.b\r\n", "\r\n\r\n..b\r\n.\r\n")]
    [InlineData("a\r\n.QUIT\r\n", "a\r\n..QUIT\r\n.\r\n")]
    public void Each_line_that_begins_with_a_dot_gets_another(string content, string wire)
    {
        Assert.Equal(wire, Stuffed([content]));
        Assert.Equal(wire, Stuffed(content.Select(c => c.ToString())));
    }

    [Theory]
    [InlineData("a\n")]
    [InlineData("\n")]
    [InlineData("a\n.\r\n")]
    [InlineData("a\r\n.\nb\r\n")]
    [InlineData("a\r.\r\n")]
    [InlineData("a\r\r\n")]
    [InlineData("a\r")]
    [InlineData("\r")]
    [InlineData("a\r\n\r.\r\n")]
    [InlineData("a\0")]
    [InlineData("\0")]
    [InlineData("a\r\n\0.\r\nb\r\n")]
    [InlineData("a\r\0\n")]
    public void A_bare_line_end_or_a_NUL_never_leaves(string content)
    {
        Assert.Null(Stuffed([content]));
        Assert.Null(Stuffed(content.Select(c => c.ToString())));
    }

    [Fact]
    public void What_is_stuffed_and_unstuffed_is_what_it_was_however_it_is_cut()
    {
        Gen<string> line = Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]);
        Gen.Select(line.Array[0, 12], Gen.Int[1, 7].Array[1, 40], Gen.Bool)
            .Sample(
                (lines, cuts, open) =>
                {
                    string content = string.Concat(lines.Select(l => l + "\r\n"));
                    if (open)
                        content += "last";
                    string closed = open ? content + "\r\n" : content;
                    return Unstuffed(Stuffed(Cut(content, cuts))!) == closed;
                }
            );
    }

    [Fact]
    public void Whatever_comes_in_no_line_of_one_dot_goes_out_before_the_end()
    {
        Gen.Int[0, 3]
            .Select(i => "\r\n.a"[i])
            .Array[0, 20]
            .Sample(chars =>
            {
                string? wire = Stuffed(chars.Select(c => c.ToString()));
                return wire is null
                    || (
                        wire.EndsWith(".\r\n", StringComparison.Ordinal)
                        && !("\r\n" + wire[..^3]).Contains("\n.\r", StringComparison.Ordinal)
                    );
            });
    }

    private static IEnumerable<string> Cut(string content, int[] sizes)
    {
        for (int i = 0, at = 0; at < content.Length; i++)
        {
            int size = Math.Min(sizes[i % sizes.Length], content.Length - at);
            yield return content.Substring(at, size);
            at += size;
        }
    }

    private static string? Stuffed(IEnumerable<string> chunks)
    {
        var stuffer = new DotStuffer();
        var wire = new StringBuilder();
        foreach (byte[] chunk in chunks.Select(Encoding.Latin1.GetBytes))
        {
            for (int at = 0; at < chunk.Length && stuffer.IsClean; )
            {
                int taken = stuffer.Take(chunk.AsSpan(at), out bool dotFollows);
                wire.Append(Encoding.Latin1.GetString(chunk, at, taken)).Append(dotFollows ? "." : "");
                at += taken;
            }
        }

        stuffer.Finish();
        return stuffer.IsClean ? wire.Append(Encoding.Latin1.GetString(stuffer.End)).ToString() : null;
    }

    /// <summary>What a receiver does. RFC 5321 §4.5.2.</summary>
    private static string Unstuffed(string wire)
    {
        string[] lines = wire.Split("\r\n");
        Assert.Equal(".", lines[^2]);
        return string.Concat(lines[..^2].Select(line => (line.StartsWith('.') ? line[1..] : line) + "\r\n"));
    }
}
