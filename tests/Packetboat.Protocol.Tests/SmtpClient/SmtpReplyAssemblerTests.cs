using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.SmtpClient;

namespace Packetboat.Protocol.Tests.SmtpClient;

public sealed class SmtpReplyAssemblerTests
{
    [Theory]
    [InlineData("250 OK", 250, "", "OK")]
    [InlineData("250", 250, "", "")]
    [InlineData("250 ", 250, "", "")]
    [InlineData("550 5.1.1 no such user", 550, "5.1.1", "no such user")]
    [InlineData("550 5.1.1", 550, "5.1.1", "")]
    [InlineData("550 2.1.1 of another class", 550, "", "2.1.1 of another class")]
    [InlineData("250 1.2.3.4 is fine", 250, "", "1.2.3.4 is fine")]
    [InlineData("250-a|250 b", 250, "", "a b")]
    [InlineData("250-|250", 250, "", " ")]
    [InlineData("550-5.7.1 go|550 5.7.1 away", 550, "5.7.1", "go away")]
    [InlineData("550-5.7.1 go|550 away", 550, "5.7.1", "go away")]
    public void A_reply_is_put_together_from_its_lines(string lines, int code, string enhanced, string text)
    {
        SmtpReply? reply = Assemble(lines.Split('|'));

        Assert.Equal((code, enhanced, text), (reply!.Value.Code, reply.Value.Enhanced, reply.Value.Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("25")]
    [InlineData("2500")]
    [InlineData("250OK")]
    [InlineData("250\tOK")]
    [InlineData("150 OK")]
    [InlineData("650 OK")]
    [InlineData("2x0 OK")]
    [InlineData("OK")]
    [InlineData("HTTP/1.1 400 Bad Request")]
    [InlineData("250-a|251 b")]
    [InlineData("250-a|")]
    public void What_is_no_reply_is_a_broken_peer(string lines)
    {
        var broken = Assert.Throws<SmtpProtocolException>(() => Assemble(lines.Split('|')));
        Assert.Equal(SmtpFault.NotSmtp, broken.Fault);
    }

    [Fact]
    public void A_reply_has_an_end()
    {
        Assert.Throws<SmtpProtocolException>(() => Assemble([.. Enumerable.Repeat("250-x", 101)]));
        Assert.Throws<SmtpProtocolException>(() => Assemble([.. Enumerable.Repeat("250-" + new string('x', 1900), 40)]));
        Assert.Throws<SmtpProtocolException>(() => Assemble(["250 " + new string('x', SmtpReplyAssembler.MaxLine)]));
        Assert.NotNull(Assemble(["250 " + new string('x', 2044)]));
    }

    [Fact]
    public void The_remote_words_are_kept_and_made_printable_when_shown()
    {
        SmtpReply reply = Assemble(["550 \u001b[31mred"])!.Value;

        Assert.Equal("\u001b[31mred", reply.Text);
        Assert.Equal("550 ?[31mred", reply.ToString());
    }

    [Fact]
    public void A_reply_that_we_write_is_read_as_what_it_was() =>
        Gen.Select(
                Gen.Int[200, 599],
                Gen.Bool,
                Gen.Int[0, 999],
                Gen.Int[0, 999],
                // A text that begins with a status of its own is another reply.
                Gen.Char[' ', '~'].Array[0, 60].Select(text => text.Length == 0 ? "" : "t" + new string(text)).Array[1, 10]
            )
            .Sample(
                (code, isEnhanced, subject, detail, lines) =>
                {
                    string enhanced = isEnhanced && code / 100 != 3 ? $"{code / 100}.{subject}.{detail}" : "";
                    var assembler = new SmtpReplyAssembler();
                    SmtpReply read = default;
                    foreach (string line in new SmtpReply(code, enhanced, lines).ToWire()[..^2].Split("\r\n"))
                        assembler.TryAdd(Encoding.ASCII.GetBytes(line), out read);
                    return read.Code == code && read.Enhanced == enhanced && read.Lines.SequenceEqual(lines);
                }
            );

    [Fact]
    public async Task Random_bytes_are_a_reply_or_a_broken_peer_and_nothing_else()
    {
        Gen<byte> likely = Gen.Int[0, 9].Select(i => (byte)"250-4.1 \r\n"[i]);
        await Gen.OneOf(likely, Gen.Byte)
            .Array[0, 200]
            .SampleAsync(async bytes =>
            {
                await using var wire = new SmtpClientWire(new MemoryStream(bytes), new FakeTimeProvider());
                using SmtpClientWire.Use use = wire.Begin(CancellationToken.None);
                try
                {
                    while (true)
                        Assert.InRange((await wire.ReadReplyAsync(TimeSpan.FromSeconds(1))).Code, 200, 599);
                }
                catch (SmtpProtocolException)
                {
                    Assert.True(wire.IsBroken);
                }
            });
    }

    private static SmtpReply? Assemble(string[] lines)
    {
        var assembler = new SmtpReplyAssembler();
        foreach (string line in lines)
            if (assembler.TryAdd(Encoding.Latin1.GetBytes(line), out SmtpReply reply))
                return reply;
        return null;
    }
}
