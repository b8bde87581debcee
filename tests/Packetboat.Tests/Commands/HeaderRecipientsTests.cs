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

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);
}
