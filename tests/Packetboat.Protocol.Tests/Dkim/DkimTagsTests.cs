using CsCheck;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Dmarc;

namespace Packetboat.Protocol.Tests.Dkim;

public sealed class DkimTagsTests
{
    private static readonly string[] Blanks = ["", " ", "\t", "\r\n\t", "  \r\n "];
    private static readonly string[] Words =
    [
        "v",
        "p",
        "b",
        "=",
        ";",
        " ",
        "DKIM1",
        "DMARC1",
        "reject",
        "AAAA",
        "\r\n\t",
        "rsa",
        "k",
        "\u00fc",
        "\u001b[",
        "1",
    ];

    [Fact]
    public void Tags_come_back_however_they_are_folded() =>
        Gen.Select(Gen.Char['a', 'z'].Array[1, 4], Gen.Char['!', ':'].Array[0, 12], Gen.Int[0, Blanks.Length - 1])
            .Array[1, 8]
            .Sample(tags =>
            {
                Dictionary<string, string> expected = [];
                foreach ((char[] name, char[] value, _) in tags)
                    expected[new string(name)] = new string(value);
                string text = string.Join(
                    ';',
                    expected.Select(
                        (tag, i) => $"{Blanks[tags[i].Item3]}{tag.Key}{Blanks[i % 5]}={Blanks[i % 3]}{tag.Value}{Blanks[i % 4]}"
                    )
                );

                Assert.True(DkimTags.TryParse(text, out DkimTags? parsed, out _));
                foreach ((string name, string value) in expected)
                    Assert.Equal(value, parsed[name]);
            });

    [Fact]
    public void Whatever_a_record_says_it_is_taken_or_refused_with_words_that_can_be_shown() =>
        Gen.Int[0, Words.Length - 1]
            .Select(word => Words[word])
            .Array[0, 20]
            .Sample(words =>
            {
                string text = string.Concat(words);
                if (!DkimKeyRecord.TryParse(text, out _, out string? fault))
                    Assert.Equal(PrintableText.Of(fault, int.MaxValue), fault);
                if (!DmarcRecord.TryParse(text, out _, out fault))
                    Assert.Equal(PrintableText.Of(fault, int.MaxValue), fault);
                if (!DkimSignature.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out _, out fault))
                    Assert.Equal(PrintableText.Of(fault, int.MaxValue), fault);
            });
}
