using System.Text;
using CsCheck;
using Packetboat.Relay.Configuration.SbbsIni;

namespace Packetboat.Relay.Tests.Configuration.SbbsIni;

public sealed class IniEditorTests
{
    [Theory]
    [InlineData("[Mail]\nKey = old\n", "[Mail]\nKey = new\n")]
    [InlineData("[Mail]\n\tKey=old  \r\nOther = 1\r\n", "[Mail]\n\tKey=new\r\nOther = 1\r\n")]
    [InlineData("[Mail]\n  kEY\t=  old", "[Mail]\n  kEY\t=  new")]
    [InlineData("[Mail]\nKey =\n", "[Mail]\nKey = new\n")]
    [InlineData("[Mail]\nKey = \n", "[Mail]\nKey = new\n")]
    [InlineData("[Mail]\n\tKey:\"old \"\n", "[Mail]\n\tKey = new\n")]
    [InlineData("[Mail]\nKey = old\nKey = other\n", "[Mail]\nKey = new\nKey = other\n")]
    [InlineData("[mail]\nKey = other\n[Mail]\nKey = old\n", "[mail]\nKey = other\n[Mail]\nKey = new\n")]
    [InlineData("\u00EF\u00BB\u00BF[Mail]\nKey = old\n", "\u00EF\u00BB\u00BF[Mail]\nKey = new\n")]
    public void A_key_is_changed_in_its_line(string before, string after) => Assert.Equal(after, Set(before, "Key", "new"));

    [Theory]
    [InlineData("[Mail]\n", "[Mail]\n\tKey = new\n")]
    [InlineData("[Mail]", "[Mail]\n\tKey = new\n")]
    [InlineData("[Mail]\r\n    Other = 1\r\n\r\n[Web]\r\n", "[Mail]\r\n    Other = 1\r\n    Key = new\r\n\r\n[Web]\r\n")]
    [InlineData("[Mail]\nOther = 1\n\n\n", "[Mail]\nOther = 1\nKey = new\n\n\n")]
    [InlineData("[Mail]\nOther = 1\n\n; about the web\n[Web]\n", "[Mail]\nOther = 1\nKey = new\n\n; about the web\n[Web]\n")]
    [InlineData("[Mail]\nOther = 1\n; about mail\n\n[Web]\n", "[Mail]\nOther = 1\n; about mail\nKey = new\n\n[Web]\n")]
    [InlineData(
        "[Mail]\n; What it is.\n;Key = none\n\n; Other.\nX = 1\n",
        "[Mail]\n; What it is.\n;Key = none\nKey = new\n\n; Other.\nX = 1\n"
    )]
    [InlineData("[Mail]\n!eof\nKey = old\n", "[Mail]\n\tKey = new\n!eof\nKey = old\n")]
    public void A_new_key_stands_where_an_operator_would_look_for_it(string before, string after) =>
        Assert.Equal(after, Set(before, "Key", "new"));

    [Theory]
    [InlineData("", "[Mail]\n\tKey = new\n")]
    [InlineData("[Web]\nX = 1", "[Web]\nX = 1\n\n[Mail]\n\tKey = new\n")]
    [InlineData("[Web]\nX = 1\n!eof\n", "[Web]\nX = 1\n\n[Mail]\n\tKey = new\n!eof\n")]
    public void A_section_that_is_missing_is_made(string before, string after) => Assert.Equal(after, Set(before, "Key", "new"));

    [Theory]
    [InlineData(" both ", "\tKey:\" both \"\n")]
    [InlineData("a\tb", "\tKey:\"a\\x09b\"\n")]
    [InlineData(" a\"\\", "\tKey:\" a\\\"\\\\\"\n")]
    [InlineData("", "\tKey = \n")]
    public void A_value_that_would_not_come_back_is_written_as_a_literal(string value, string line) =>
        Assert.Equal("[Mail]\n" + line, Set("[Mail]\n", "Key", value));

    [Fact]
    public void What_is_right_already_is_left_as_it_is() =>
        Assert.Equal("[Mail]\nKey:\"old\"  \n", Set("[Mail]\nKey:\"old\"  \n", "Key", "old"));

    /// <summary>Whatever stands there, the value comes back, and the other octets are those that were there, in their order.</summary>
    [Fact]
    public void Whatever_is_in_a_file_only_the_value_changes()
    {
        Gen<string> line = OneOf("[Mail]", "[web]", "; x", "", "Other = 1", "\tKey = old", ";Key = z", "junk \u00FF\u00E9", "\r");
        Gen.Select(line.Array[0, 12], OneOf("\n", "\r\n"), OneOf("new", " a b ", "x;y", "1"))
            .Sample(
                (lines, end, value) =>
                {
                    string before = string.Join(end, lines);
                    string after = Set(before, "Key", value);
                    Assert.Equal(value, IniReader.Parse(Encoding.Latin1.GetBytes(after), "t", "/").Find("Mail", "Key")!.Text);
                    List<string> left = [.. after.Split('\n').Select(text => text.TrimEnd('\r'))];
                    foreach (
                        string kept in lines
                            .Select(text => text.TrimEnd('\r'))
                            .Where(text => !text.Contains("Key = old", StringComparison.Ordinal))
                    )
                        Assert.True(left.Remove(kept), $"{kept} is gone from {after}");
                }
            );
    }

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(index => texts[index]);

    private static string Set(string before, string key, string value)
    {
        var editor = new IniEditor(Encoding.Latin1.GetBytes(before), "/");
        editor.Set("Mail", key, value);
        return Encoding.Latin1.GetString(editor.Content);
    }
}
