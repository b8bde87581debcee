using CsCheck;
using Packetboat.Protocol.Sasl;

namespace Packetboat.Protocol.Tests.Sasl;

public sealed class ScramVerifierTests
{
    private const string Good =
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

    [Fact]
    public void The_text_is_that_of_RFC_5803()
    {
        var verifier = ScramVerifier.Derive("pencil", Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);

        Assert.Equal(Good, verifier.Format());
    }

    [Fact]
    public void What_was_formatted_is_read_again_and_knows_the_password()
    {
        Assert.True(ScramVerifier.TryParse(ScramVerifier.Derive("pencil", 4096).Format(), out ScramVerifier? read));

        Assert.True(read.Verify("pencil"));
        Assert.False(read.Verify("Pencil"));
        Assert.False(read.Verify("pencil "));
        Assert.False(read.Verify(""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("pencil")]
    [InlineData("SCRAM-SHA-1$4096:W22ZaJ0SNY7soEsUEjb6gQ==$AAAA:AAAA")]
    [InlineData("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$AAAA:AAAA")] // keys too short
    [InlineData("SCRAM-SHA-256$4096$W22ZaJ0SNY7soEsUEjb6gQ==")]
    [InlineData(Good + "$")]
    public void Other_text_is_no_verifier(string text) => Assert.False(ScramVerifier.TryParse(text, out _));

    [Theory]
    [InlineData("4096", "4095")]
    [InlineData("4096", "-4096")]
    [InlineData("4096", "4096 ")]
    [InlineData("4096", "1000001")]
    [InlineData("W22ZaJ0SNY7soEsUEjb6gQ==", "")]
    [InlineData("W22ZaJ0SNY7soEsUEjb6gQ==", "W22 ZaJ0SNY7soEsUEjb6gQ==")]
    [InlineData("W22ZaJ0SNY7soEsUEjb6gQ==", "W22ZaJ0SNY7soEsUEjb6gQ")]
    public void A_verifier_with_one_wrong_part_is_refused(string part, string instead)
    {
        Assert.True(ScramVerifier.TryParse(Good, out _));
        Assert.False(ScramVerifier.TryParse(Good.Replace(part, instead, StringComparison.Ordinal), out _));
    }

    [Fact]
    public void Random_text_is_read_without_a_throw() =>
        Gen.OneOf(Gen.String, Gen.String.Select(s => Good.Insert(s.Length % Good.Length, s)))
            .Sample(text => ScramVerifier.TryParse(text, out ScramVerifier? read) == (read is not null), iter: 2000);

    [Fact]
    public void Two_verifiers_of_one_password_have_different_salts() =>
        Assert.False(ScramVerifier.Derive("pencil", 4096).HasSaltOf(ScramVerifier.Derive("pencil", 4096)));

    [Fact]
    public void A_letter_typed_as_one_character_or_as_two_is_the_same_password() =>
        Assert.True(ScramVerifier.Derive("caf\u00E9", 4096).Verify("cafe\u0301"));

    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    [InlineData("a\u0085b")]
    public void Text_that_cannot_be_a_password_is_not_prepared(string text) => Assert.False(SaslText.TryPrepare(text, out _));

    [Fact]
    public void Half_a_character_is_not_prepared_and_a_whole_one_is()
    {
        // Not inline data: attributes are UTF-8, and would hold a replacement character instead.
        Assert.False(SaslText.TryPrepare("\uD83D", out _));
        Assert.False(SaslText.TryPrepare("x\uDE00y", out _));
        Assert.True(SaslText.TryPrepare("x\uD83D\uDE00y", out _));
    }

    [Fact]
    public void A_verifier_in_a_log_line_gives_no_key_away() =>
        Assert.Equal("SCRAM-SHA-256, 4096 iterations", ScramVerifier.Derive("pencil", 4096).ToString());
}
