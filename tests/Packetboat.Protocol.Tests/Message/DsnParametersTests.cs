using System.Text;
using CsCheck;
using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.Tests.Message;

public sealed class DsnParametersTests
{
    [Theory]
    [InlineData("NEVER", DsnNotify.Never)]
    [InlineData("never", DsnNotify.Never)]
    [InlineData("SUCCESS,FAILURE,DELAY", DsnNotify.Success | DsnNotify.Failure | DsnNotify.Delay)]
    [InlineData("delay,failure", DsnNotify.Failure | DsnNotify.Delay)]
    public void A_notify_list_is_read(string value, DsnNotify expected)
    {
        Assert.True(DsnParameters.TryParseNotify(Bytes(value), out DsnNotify notify));
        Assert.Equal(expected, notify);
        Assert.True(DsnParameters.TryParseNotify(Bytes(DsnParameters.Format(notify)), out DsnNotify again));
        Assert.Equal(expected, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("NEVER,FAILURE")]
    [InlineData("FAILURE,NEVER")]
    [InlineData("FAILURE,FAILURE")]
    [InlineData("FAILURE,")]
    [InlineData("FAILURE, DELAY")]
    [InlineData("ALWAYS")]
    public void A_wrong_notify_list_is_refused(string value) => Assert.False(DsnParameters.TryParseNotify(Bytes(value), out _));

    [Fact]
    public void RET_is_full_or_headers_and_nothing_else()
    {
        Assert.True(DsnParameters.TryParseReturn("full"u8, out DsnReturn full));
        Assert.True(DsnParameters.TryParseReturn("HDRS"u8, out DsnReturn headers));
        Assert.Equal((DsnReturn.Full, DsnReturn.Headers), (full, headers));
        Assert.False(DsnParameters.TryParseReturn("HEADERS"u8, out _));
    }

    [Theory]
    [InlineData("QQ314159", "QQ314159")]
    [InlineData("a+2Bb+3D+20c", "a+b= c")]
    public void An_envelope_id_is_decoded(string value, string expected)
    {
        Assert.True(DsnParameters.TryParseEnvelopeId(Bytes(value), out string? id));
        Assert.Equal(expected, id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a+0D+0Ab")]
    [InlineData("a+00")]
    [InlineData("a=b")]
    [InlineData("a+2")]
    [InlineData("a+2b")]
    [InlineData("a b")]
    [InlineData("+C3+A9")]
    public void An_envelope_id_that_could_not_stand_in_a_report_is_refused(string value) =>
        Assert.False(DsnParameters.TryParseEnvelopeId(Bytes(value), out _));

    [Fact]
    public void An_envelope_id_has_at_most_a_hundred_octets()
    {
        Assert.True(DsnParameters.TryParseEnvelopeId(Bytes(new string('x', 100)), out _));
        Assert.False(DsnParameters.TryParseEnvelopeId(Bytes(new string('x', 101)), out _));
    }

    [Theory]
    [InlineData("rfc822;joe@far.example", "rfc822", "joe@far.example")]
    [InlineData("RFC822;joe+2Btag@far.example", "rfc822", "joe+tag@far.example")]
    [InlineData("x400;/S=3D", null, null)]
    [InlineData("x400;/S+3D", "x400", "/S=")]
    [InlineData("utf-8;j\\x{F6}rg@far.example", "utf-8", "jörg@far.example")]
    [InlineData("utf-8;jörg@far.example", "utf-8", "jörg@far.example")]
    [InlineData("utf-8;j\\x{A}rg@far.example", null, null)]
    [InlineData("utf-8;j\\x{D800}rg", null, null)]
    [InlineData("utf-8;j\\xF6", null, null)]
    [InlineData("rfc822;a+0D+0AX-Forged:+20yes", null, null)]
    [InlineData("rfc822;", null, null)]
    [InlineData("joe@far.example", null, null)]
    [InlineData(";joe@far.example", null, null)]
    [InlineData("rfc 822;joe", null, null)]
    public void An_original_recipient_is_read_or_refused(string value, string? type, string? address)
    {
        bool isWell = OriginalRecipient.TryParse(Bytes(value), out OriginalRecipient? recipient);

        Assert.Equal(type is null ? null : new OriginalRecipient(type, address!), isWell ? recipient : null);
    }

    [Theory]
    [InlineData("jörg+x=\\@bücher.example", @"utf-8;j\x{F6}rg\x{2B}x\x{3D}\x{5C}@b\x{FC}cher.example", "utf-8")]
    [InlineData("a+b@far.example", "rfc822;a+2Bb@far.example", "rfc822")]
    [InlineData("\u0646\u200c\u0647@far.example", @"utf-8;\x{646}\x{200C}\x{647}@far.example", "utf-8")]
    public void What_is_sent_on_is_ASCII_and_means_the_same(string address, string parameter, string type)
    {
        var recipient = new OriginalRecipient(type, address);

        Assert.Equal(parameter, recipient.ToParameter());
        Assert.True(OriginalRecipient.TryParse(Bytes(parameter), out OriginalRecipient? again));
        Assert.Equal(recipient, again);
    }

    [Fact]
    public void Xtext_comes_back_as_it_was() =>
        Gen
            .String.Select(text => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)))
            .Sample(text => XText.TryDecode(Bytes(XText.Encode(text)), out string? again) && again == text);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
