using System.Net;
using CsCheck;
using Packetboat.Protocol.Spf;

namespace Packetboat.Protocol.Tests.Spf;

public sealed class SpfRecordTests
{
    private static readonly string[] Words =
    [
        " ",
        "a",
        "mx",
        "ptr",
        "all",
        "include",
        "exists",
        "ip4",
        "ip6",
        "redirect",
        "exp",
        "x",
        ":",
        "/",
        "//",
        "=",
        "%{d}",
        "%{l1r-}",
        "%",
        "{",
        "}",
        "24",
        "192.0.2.1",
        "2001:db8::1",
        "d.example",
        "+",
        "-",
        "~",
        "?",
        "\u00fc",
        "\u001b",
    ];

    [Fact]
    public void Whatever_a_record_says_it_is_taken_or_refused_with_words_that_can_be_shown() =>
        Gen.Int[0, Words.Length - 1]
            .Select(word => Words[word])
            .Array[0, 20]
            .Sample(words =>
            {
                bool isTaken = SpfRecord.TryParse("v=spf1 " + string.Concat(words), out SpfRecord? record, out string? fault);

                Assert.Equal(isTaken, record is not null);
                Assert.True(isTaken || PrintableText.Ascii(fault!, int.MaxValue) == fault);
            });

    [Fact]
    public void A_prefix_covers_what_has_the_same_first_bits() =>
        Gen.Select(Gen.UInt, Gen.UInt, Gen.Int[0, 32])
            .Sample(
                (network, host, bits) =>
                {
                    string text = $"v=spf1 ip4:{Address(network)}/{bits}";
                    Assert.True(SpfRecord.TryParse(text, out SpfRecord? record, out _));
                    bool isSame = bits == 0 || network >> (32 - bits) == host >> (32 - bits);

                    Assert.Equal(isSame, record.Terms[0].Covers(record.Terms[0].Network!, Address(host)));
                    Assert.True(record.Terms[0].Covers(record.Terms[0].Network!, Address(network)));
                }
            );

    [Fact]
    public void A_macro_without_a_percent_sign_is_itself_and_one_with_is_its_value() =>
        Gen.Select(Gen.Char['a', 'z'].Array[1, 20], Gen.Char['a', 'z'].Array[1, 20])
            .Sample(
                (left, right) =>
                {
                    string text = new(left);
                    string value = new(right);
                    Assert.True(SpfMacro.TryParseDomain($"{text}.example", out SpfMacro? plain));
                    Assert.True(SpfMacro.TryParseDomain($"{text}.%{{l}}", out SpfMacro? macro));

                    Assert.Equal($"{text}.example", plain.ExpandDomain(_ => value));
                    Assert.Equal($"{text}.{value}", macro.ExpandDomain(_ => value));
                }
            );

    private static IPAddress Address(uint bits) => new([(byte)(bits >> 24), (byte)(bits >> 16), (byte)(bits >> 8), (byte)bits]);
}
