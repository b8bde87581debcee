using System.Text;
using CsCheck;
using Packetboat.Protocol.IO;

namespace Packetboat.Protocol.Tests.IO;

public sealed class MessageReaderTests
{
    private const string Cr = "\r";
    private const string Lf = "\n";
    private const string CrLf = "\r\n";
    private const string Nul = "\0";

    private static readonly string[] Pieces = ["a", ".", "\r", "\n", "\r\n", "\r\n.\r\n", "\0", new('b', 499), new('.', 250)];

    /// <summary>What becomes of the dot between two of these: it ends the message, it stops the reading of a lost one, or neither.</summary>
    public static TheoryData<string, string, string> Dots() =>
        new()
        {
            { Cr, Cr, "refused at the last dot" },
            { Cr, Lf, "refused at this dot" },
            { Cr, CrLf, "refused at this dot" },
            { Cr, Nul, "refused at the last dot" },
            { Lf, Cr, "refused at the last dot" },
            { Lf, Lf, "refused at this dot" },
            { Lf, CrLf, "refused at this dot" },
            { Lf, Nul, "refused at the last dot" },
            { CrLf, Cr, "refused at the last dot" },
            { CrLf, Lf, "refused at this dot" },
            { CrLf, CrLf, "ends at this dot" },
            { CrLf, Nul, "refused at the last dot" },
            { Nul, Cr, "refused at the last dot" },
            { Nul, Lf, "refused at the last dot" },
            { Nul, CrLf, "refused at the last dot" },
            { Nul, Nul, "refused at the last dot" },
        };

    [Theory]
    [MemberData(nameof(Dots))]
    public void Only_a_dot_between_two_CRLF_ends_a_message(string before, string after, string outcome)
    {
        string message = "Subject: x\r\n\r\na" + before + "." + after;
        Assert.Equal(outcome, Outcome(message, piece: int.MaxValue));
        Assert.Equal(outcome, Outcome(message, piece: 1));
    }

    [Theory]
    [MemberData(nameof(Dots))]
    public void An_overlong_line_before_the_dot_changes_nothing(string before, string after, string outcome)
    {
        string message = new string('a', 3000) + before + "." + after;
        string expected = outcome.Replace("ends", "refused", StringComparison.Ordinal);
        Assert.Equal(expected, Outcome(message, piece: int.MaxValue));
        Assert.Equal(expected, Outcome(message, piece: 1));
        Assert.Equal(expected, Outcome(message, piece: 1000));
    }

    [Theory]
    [InlineData(".\r\n", "", DataFault.None)]
    [InlineData("a\r\n.\r\n", "a|", DataFault.None)]
    [InlineData("..\r\n...\r\n. \r\n.\r\n", ".|..| |", DataFault.None)]
    [InlineData("\r\n\r\n.\r\n", "||", DataFault.None)]
    [InlineData("\n.\r\n", "", DataFault.BareLineEnd)]
    [InlineData(".\n", "", DataFault.BareLineEnd)]
    [InlineData("a\r\r\n.\r\n", "", DataFault.BareLineEnd)]
    [InlineData("a\r\n\0.\r\n.\r\n", "a|", DataFault.Nul)]
    [InlineData(".\r\r\n", "", DataFault.BareLineEnd)]
    public void Lines_reach_the_sink_without_their_dots(string message, string lines, DataFault fault)
    {
        (MessageReader reader, string seen, _) = Fed(Encoding.Latin1.GetBytes(message), MessageFraming.Dot, [int.MaxValue]);
        Assert.True(reader.Ended);
        Assert.Equal(fault, reader.Fault);
        Assert.Equal(lines.Replace("|", "\r\n", StringComparison.Ordinal), seen);
    }

    [Theory]
    [InlineData(998, false, DataFault.None)]
    [InlineData(999, false, DataFault.LineTooLong)]
    [InlineData(998, true, DataFault.None)]
    [InlineData(999, true, DataFault.LineTooLong)]
    [InlineData(100_000, false, DataFault.LineTooLong)]
    public void A_line_has_998_octets_at_most_and_a_stuffed_dot_is_not_one_of_them(int length, bool stuffed, DataFault fault)
    {
        byte[] message = Encoding.Latin1.GetBytes((stuffed ? "." : "") + new string(stuffed ? '.' : 'a', length) + "\r\n.\r\n");
        foreach (int piece in new[] { 1, 997, int.MaxValue })
            Assert.Equal(fault, Fed(message, MessageFraming.Dot, [piece]).Reader.Fault);
    }

    [Theory]
    [InlineData("a", DataFault.None)]
    [InlineData("a\r", DataFault.BareLineEnd)]
    [InlineData("a\n", DataFault.BareLineEnd)]
    [InlineData(".\r\na", DataFault.None)]
    [InlineData("{998}", DataFault.None)]
    [InlineData("{999}", DataFault.LineTooLong)]
    [InlineData("{1001}", DataFault.LineTooLong)]
    [InlineData("{5000}", DataFault.LineTooLong)]
    [InlineData("{5000}\r", DataFault.BareLineEnd)]
    public void A_last_line_of_BDAT_needs_no_end(string last, DataFault fault)
    {
        if (last[0] == '{')
            last =
                new string('a', int.Parse(last[1..last.IndexOf('}')], System.Globalization.CultureInfo.InvariantCulture))
                + last[(last.IndexOf('}') + 1)..];
        foreach (int piece in new[] { 1, int.MaxValue })
        {
            (MessageReader reader, string seen, _) = Fed(
                Encoding.Latin1.GetBytes("x\r\n" + last),
                MessageFraming.Counted,
                [piece]
            );
            Assert.False(reader.Ended);
            reader.EndOfCount();
            Assert.Equal(fault, reader.Fault);
            Assert.True(reader.Ended);
            Assert.StartsWith("x\r\n", seen, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_bare_line_end_weighs_more_than_a_long_line_before_it()
    {
        byte[] message = Encoding.Latin1.GetBytes(new string('a', 999) + "\r\nb\nc\r\n.\r\n");
        MessageReader reader = Fed(message, MessageFraming.Dot, [int.MaxValue]).Reader;
        Assert.Equal((DataFault.BareLineEnd, 2), (reader.Fault, reader.FaultLine));
    }

    [Fact]
    public void However_it_is_cut_the_lines_the_fault_and_the_end_are_the_same() =>
        Gen.Select(
                Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[0, 14],
                Gen.Int[1, 1500].Array[1, 30],
                Gen.Bool.Select(counted => counted ? MessageFraming.Counted : MessageFraming.Dot)
            )
            .Sample(
                (pieces, cuts, framing) =>
                {
                    byte[] message = Encoding.Latin1.GetBytes(string.Concat(pieces) + "\r\n.\r\nQUIT\r\n");
                    return Told(Fed(message, framing, [int.MaxValue])) == Told(Fed(message, framing, cuts))
                        && Told(Fed(message, framing, [int.MaxValue])) == Told(Fed(message, framing, [1]));
                }
            );

    private static string Told((MessageReader Reader, string Lines, int Consumed) fed) =>
        $"{fed.Reader.Fault} in {fed.Reader.FaultLine} of {fed.Reader.Lines}, ended {fed.Reader.Ended} at {fed.Consumed}: "
        // Of a lost message nobody reads the lines that came before it was.
        + (fed.Reader.Fault == DataFault.None ? fed.Lines : "");

    private static string Outcome(string message, int piece)
    {
        (MessageReader reader, _, int consumed) = Fed(
            Encoding.Latin1.GetBytes(message + "b\r\n.\r\n"),
            MessageFraming.Dot,
            [piece]
        );
        Assert.True(reader.Ended);
        return (reader.Fault == DataFault.None ? "ends" : "refused")
            + (consumed == message.Length ? " at this dot" : " at the last dot");
    }

    private static (MessageReader Reader, string Lines, int Consumed) Fed(byte[] message, MessageFraming framing, int[] cuts)
    {
        var sink = new TextSink();
        var reader = new MessageReader(sink);
        reader.Begin(framing);
        int at = 0;
        for (int i = 0; at < message.Length && !reader.Ended; i++)
            at += reader.Read(message.AsSpan(at, Math.Min(cuts[i % cuts.Length], message.Length - at)));
        return (reader, sink.Text.ToString(), at);
    }

    private sealed class TextSink : ILineSink
    {
        public StringBuilder Text { get; } = new();

        public void Lines(ReadOnlySpan<byte> lines) => Text.Append(Encoding.Latin1.GetString(lines));
    }
}
