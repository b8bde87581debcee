using System.Text;
using Packetboat.Commands;

namespace Packetboat.Tests.Commands;

public sealed class HeaderRecipientsTests
{
    [Fact]
    public void To_Cc_and_Bcc_are_the_recipients()
    {
        byte[] message = Bytes(
            "To: A <a@x.example>, b@x.example\nCc: c@x.example\nBcc:\n d@x.example\nSubject: s\n\nTo: no@x.example\n"
        );

        Assert.Equal(["a@x.example", "b@x.example", "c@x.example", "d@x.example"], HeaderRecipients.Of(message));
    }

    [Fact]
    public void The_blind_copies_are_taken_out_and_nothing_else_is_touched()
    {
        byte[] message = Bytes("To: a@x.example\nBcc: d@x.example,\n\te@x.example\nSubject:  odd \n\nBcc: this is text\n");

        Assert.Equal(
            "To: a@x.example\nSubject:  odd \n\nBcc: this is text\n",
            Encoding.ASCII.GetString(HeaderRecipients.WithoutBcc(message).ToArray())
        );
    }

    /// <summary>Readers understand all of these, so that the names in them would be seen.</summary>
    [Theory]
    [InlineData("Bcc : d@x.example\n")]
    [InlineData("bCC\t: d@x.example\n")]
    [InlineData("Resent-Bcc: d@x.example\n")]
    [InlineData("BCC:\n d@x.example,\n\te@x.example\n")]
    [InlineData("no field at all\nBcc: d@x.example\n")]
    [InlineData("Bcc: d@x.example\r\n")]
    public void A_blind_copy_is_taken_out_however_its_field_is_written(string field)
    {
        string kept = Encoding.ASCII.GetString(
            HeaderRecipients.WithoutBcc(Bytes($"To: a@x.example\n{field}Subject: s\n\ntext\n")).ToArray()
        );

        Assert.DoesNotContain("d@x.example", kept, StringComparison.Ordinal);
        Assert.DoesNotContain("e@x.example", kept, StringComparison.Ordinal);
        Assert.EndsWith("Subject: s\n\ntext\n", kept, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("text without a header")]
    [InlineData(" a line that continues nothing\n")]
    [InlineData(": no name\n\n")]
    [InlineData("\0\n\n")]
    public void A_message_without_a_header_names_nobody(string message)
    {
        Assert.Empty(HeaderRecipients.Of(Bytes(message)));
        Assert.Equal(message, Encoding.ASCII.GetString(HeaderRecipients.WithoutBcc(Bytes(message)).ToArray()));
    }

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);
}
