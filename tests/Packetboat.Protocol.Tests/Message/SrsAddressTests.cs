using System.Security.Cryptography;
using CsCheck;
using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.Tests.Message;

public sealed class SrsAddressTests
{
    private const int Today = 20_779;
    private const int Age = 21;

    private static readonly byte[] Key = new byte[32];

    [Fact]
    public void A_sender_becomes_one_of_ours_and_is_found_again()
    {
        MailAddress ours = Forward("joe@bbs.example");
        Assert.Matches("^SRS0=[a-z2-7]{8}=[a-z2-7]{2}=bbs[.]example=joe@hub[.]example$", ours.ToString());
        Assert.Equal("joe@bbs.example", Sender(ours));
    }

    [Fact]
    public void Letters_may_change_their_case_on_the_way() =>
        Assert.Equal("JOE@BBS.EXAMPLE", Sender(MailAddress.Parse(Forward("joe@bbs.example").ToString().ToUpperInvariant())));

    [Fact]
    public void One_that_another_host_has_made_keeps_what_that_host_wrote()
    {
        MailAddress ours = Forward("SRS0+Xy7q=aB=far.example=joe@list.example");
        Assert.Matches("^SRS1=[a-z2-7]{8}=list[.]example=[+]Xy7q=aB=far[.]example=joe@hub[.]example$", ours.ToString());
        Assert.Equal("SRS0+Xy7q=aB=far.example=joe@list.example", Sender(ours));
    }

    [Fact]
    public void The_third_host_sends_it_back_to_the_first()
    {
        MailAddress second = Forward("SRS1=abcd=list.example==Xy7q=aB=far.example=joe@second.example");
        Assert.EndsWith("=list.example==Xy7q=aB=far.example=joe@hub.example", second.ToString(), StringComparison.Ordinal);
        Assert.Equal("SRS0=Xy7q=aB=far.example=joe@list.example", Sender(second));
    }

    [Theory]
    [InlineData("\"two words\"@bbs.example")]
    [InlineData("a-local-part-that-is-long-enough-by-itself-already@a-domain.example")]
    public void What_would_not_fit_is_not_changed(string sender) =>
        Assert.Null(SrsAddress.Forward(MailAddress.Parse(sender), "hub.example", Today, Mark));

    [Theory]
    [InlineData(0, true)]
    [InlineData(Age, true)]
    [InlineData(Age + 1, false)]
    [InlineData(-1, true)]
    [InlineData(-3, false)]
    [InlineData(1000, false)]
    public void It_is_good_for_so_many_days(int days, bool isGood)
    {
        SrsReading reading = SrsAddress.Read(Forward("joe@bbs.example"), Today + days, Age, Mark);
        Assert.Equal(isGood, reading is SrsReading.Right);
        if (!isGood)
            Assert.Equal("it was good for 21 days", Assert.IsType<SrsReading.Wrong>(reading).Reason);
    }

    [Theory]
    [InlineData("joe@hub.example")]
    [InlineData("SRS0@hub.example")]
    [InlineData("srs9=aaaaaaaa=aa=x=y@hub.example")]
    public void Another_address_has_nothing_to_do_with_it(string address) =>
        Assert.IsType<SrsReading.Other>(SrsAddress.Read(MailAddress.Parse(address), Today, Age, Mark));

    [Theory]
    [InlineData("SRS0=aaaaaaaa@hub.example")]
    [InlineData("SRS0====@hub.example")]
    [InlineData("SRS1=aaaaaaaa=list.example@hub.example")]
    [InlineData("SRS0=aaaaaaaa=aa=bbs.example=joe@hub.example")]
    public void One_that_nobody_made_is_wrong(string address) =>
        Assert.Equal(
            "it was not made here",
            Assert.IsType<SrsReading.Wrong>(SrsAddress.Read(MailAddress.Parse(address), Today, Age, Mark)).Reason
        );

    [Fact]
    public void Every_sender_that_fits_comes_back_as_it_was() =>
        Gen.Select(Gen.String[Gen.Char["abcXYZ019=+-._"], 1, 20], Gen.Int[0, 5000])
            .Sample(
                (local, today) =>
                {
                    if (!MailAddress.TryParse($"{local}@bbs.example", out MailAddress? sender))
                        return;
                    if (SrsAddress.Forward(sender, "hub.example", today, Mark) is not { } ours)
                        return;
                    SrsReading.Right back = Assert.IsType<SrsReading.Right>(SrsAddress.Read(ours, today + 3, Age, Mark));
                    // Of another host's the mark is kept; a third host leaves the second out.
                    if (!local.StartsWith("SRS1", StringComparison.OrdinalIgnoreCase))
                        Assert.Equal(sender.ToString(), back.Sender.ToString());
                }
            );

    [Fact]
    public void None_that_was_changed_is_taken() =>
        Gen.Select(Gen.Int[0, 200], Gen.Char["abcdefghijklmnopqrstuvwxyz234567.=-"])
            .Sample(
                (place, letter) =>
                {
                    string text = Forward("joe.user@bbs.example").LocalPart;
                    int at = 5 + (place % (text.Length - 5));
                    string changed = $"{text[..at]}{letter}{text[(at + 1)..]}";
                    bool isSame = changed.Equals(text, StringComparison.OrdinalIgnoreCase);
                    if (isSame || !MailAddress.TryParse($"{changed}@hub.example", out MailAddress? address))
                        return;
                    Assert.IsNotType<SrsReading.Right>(SrsAddress.Read(address, Today, Age, Mark));
                }
            );

    private static MailAddress Forward(string sender) =>
        SrsAddress.Forward(MailAddress.Parse(sender), "hub.example", Today, Mark)!;

    private static string Sender(MailAddress ours) =>
        Assert.IsType<SrsReading.Right>(SrsAddress.Read(ours, Today, Age, Mark)).Sender.ToString();

    private static byte[] Mark(byte[] text) => HMACSHA256.HashData(Key, text);
}
