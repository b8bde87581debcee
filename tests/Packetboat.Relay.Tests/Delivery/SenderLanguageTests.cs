using CsCheck;
using Packetboat.Relay.Delivery;

namespace Packetboat.Relay.Tests.Delivery;

/// <summary>Which of the languages that there are words in a message asks for.</summary>
public sealed class SenderLanguageTests
{
    private static readonly string[] Known = ["de", "en"];

    [Theory]
    [InlineData("Content-Language: de\r\n", "de")]
    [InlineData("content-language:\r\n\tDE-at\r\n", "de")]
    [InlineData("Accept-Language: en;q=0.2, de;q=0.9\r\n", "de")]
    [InlineData("Accept-Language: de;q=0, en;q=0.1\r\n", "en")]
    [InlineData("Accept-Language: fr\r\nContent-Language: de\r\n", "de")]
    [InlineData("Accept-Language: *\r\n", null)]
    [InlineData("Accept-Language: de;q=much\r\n", null)]
    [InlineData("Accept-Language: de;q=NaN\r\n", null)]
    [InlineData("Content-Language: deutsch\r\n", null)]
    [InlineData("Subject: x\r\n\r\nContent-Language: de\r\n", null)]
    [InlineData("", null)]
    public void By_its_header(string header, string? language) =>
        Assert.Equal(language, SenderLanguage.Of(System.Text.Encoding.ASCII.GetBytes(header), Known));

    [Fact]
    public void A_field_that_goes_on_and_on_is_not_read() =>
        Assert.Null(
            SenderLanguage.Of(System.Text.Encoding.ASCII.GetBytes($"Content-Language: {new string(' ', 2000)}de\r\n"), Known)
        );

    [Fact]
    public void Whatever_stands_there_it_is_one_that_there_are_words_in_or_none() =>
        Gen.String[Gen.Char["de-n;q=0.19, \t\r\n*\u00e4"], 0, 60]
            .Sample(value =>
                SenderLanguage.Of(System.Text.Encoding.Latin1.GetBytes($"Accept-Language: {value}\r\n"), Known)
                    is null
                        or "de"
                        or "en"
            );
}
