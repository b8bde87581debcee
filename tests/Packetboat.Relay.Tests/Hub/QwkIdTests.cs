using CsCheck;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Tests.Hub;

public sealed class QwkIdTests
{
    [Theory]
    [InlineData("AB", "AB", "AB")]
    [InlineData("mybbs", "MYBBS", "MYBBS")]
    [InlineData("My-Bbs_1", "MY-BBS_1", "MYBBS1")]
    [InlineData("x-------", "X-------", "X")]
    public void A_good_name_is_shown_in_capitals_and_recognized_by_letters_and_digits(string text, string shown, string loginForm)
    {
        Assert.True(QwkId.TryParse(text, out QwkId? id, out _));
        Assert.Equal(shown, id.Text);
        Assert.Equal(loginForm, id.LoginForm);
    }

    [Theory]
    [InlineData("", "its length is 0")]
    [InlineData("A", "its length is 1")]
    [InlineData("ABCDEFGHI", "its length is 9")]
    [InlineData("1BBS", "it does not begin with a letter")]
    [InlineData("_BBS", "it does not begin with a letter")]
    [InlineData("ÄBBS", "it does not begin with a letter")]
    [InlineData("MY BBS", "it contains a blank")]
    [InlineData("MY.BBS", "it contains '.'")]
    [InlineData("MY|BBS", "it contains '|'")]
    [InlineData("A/B", "it contains '/'")]
    [InlineData("MYBBÉ", "it contains 'É'")]
    [InlineData("MY\u001BBS", "it contains '?'")]
    [InlineData("MY\0BBS", "it contains '?'")]
    [InlineData("sysop", "the name is reserved")]
    [InlineData("SBBSECHO", "the name is reserved")]
    [InlineData("net-mail", "the name is reserved")]
    [InlineData("G-U-E-ST", "the name is reserved")]
    public void A_bad_name_is_refused_with_its_reason(string text, string reason)
    {
        Assert.False(QwkId.TryParse(text, out _, out Refusal? refusal));
        Assert.Equal(reason, refusal.Reason);
    }

    [Fact]
    public void A_refusal_reads_as_value_reason_and_remedy()
    {
        Assert.False(QwkId.TryParse("MY BBS", out _, out Refusal? refusal));
        Assert.Equal(
            "'MY BBS': it contains a blank. Choose 2 to 8 letters, digits, '_' or '-', a letter first.",
            refusal.ToString()
        );
    }

    [Theory]
    [InlineData("MYBBS")]
    [InlineData("mybbs@hub.example")]
    [InlineData("M-Y_B.B S")]
    [InlineData("my-bbs@a@b")]
    public void The_name_at_sign_in_may_be_written_in_many_ways(string name) => Assert.Equal("MYBBS", QwkId.LoginFormOf(name));

    [Theory]
    [InlineData("")]
    [InlineData("@hub.example")]
    [InlineData("-_. ")]
    public void A_name_without_letters_or_digits_is_nobodys(string name) => Assert.Equal("", QwkId.LoginFormOf(name));

    [Theory]
    [InlineData("MYBBS", "there is an account of this name")]
    [InlineData("MY-BBS", "at sign-in it cannot be told from MYBBS, because only letters and digits count there")]
    [InlineData("HUB_BBS", "it is this system's own QWK-ID")]
    [InlineData("OTHER", null)]
    public void Two_accounts_must_differ_in_a_letter_or_a_digit(string text, string? reason)
    {
        Refusal? refusal = QwkId.Parse(text).ConflictWith([QwkId.Parse("MYBBS")], QwkId.Parse("HUBBBS"));

        Assert.Equal(reason, refusal?.Reason);
    }

    [Fact]
    public void Whatever_is_accepted_is_accepted_again_as_shown() =>
        Gen.String[Gen.Char[' ', '~'], 0, 10]
            .Sample(text => !QwkId.TryParse(text, out QwkId? id, out _) || QwkId.Parse(id.Text) == id, iter: 5000);
}
