"""What mail clients write above a quote, in the language of their user."""

from __future__ import annotations

BEN = "Ben Okri <ben@example.net>"

# (what the client writes, whom it names, the date as it stands there)
ATTRIBUTIONS = [
    (
        "On Thu, Nov 12, 2026 at 5:01 PM Ben Okri <ben@example.net> wrote:",
        BEN,
        "Thu, Nov 12, 2026 at 5:01 PM",
    ),
    (
        "On Thu, 12 Nov 2026, 17:01 Ben Okri, <ben@example.net> wrote:",
        BEN,
        "Thu, 12 Nov 2026, 17:01",
    ),
    (
        "Am Do., 12. Nov. 2026 um 17:01 Uhr schrieb Ben Okri <ben@example.net>:",
        BEN,
        "Do., 12. Nov. 2026 um 17:01 Uhr",
    ),
    (
        "Le jeu. 12 nov. 2026 à 17:01, Ben Okri <ben@example.net> a écrit :",
        BEN,
        "jeu. 12 nov. 2026 à 17:01",
    ),
    (
        "El jue, 12 nov 2026 a las 17:01, Ben Okri (<ben@example.net>) escribió:",
        BEN,
        "jue, 12 nov 2026 a las 17:01",
    ),
    (
        "Il giorno gio 12 nov 2026 alle ore 17:01 Ben Okri <ben@example.net> ha scritto:",
        BEN,
        "gio 12 nov 2026 alle ore 17:01",
    ),
    (
        "Em qui., 12 de nov. de 2026 às 17:01, Ben Okri <ben@example.net> escreveu:",
        BEN,
        "qui., 12 de nov. de 2026 às 17:01",
    ),
    (
        "Ben Okri <ben@example.net> escreveu (quinta, 12/11/2026 à(s) 17:01):",
        BEN,
        "quinta, 12/11/2026 à(s) 17:01",
    ),
    (
        "Op do 12 nov 2026 om 17:01 schreef Ben Okri <ben@example.net>:",
        BEN,
        "do 12 nov 2026 om 17:01",
    ),
    (
        "Den tors. 12. nov. 2026 kl. 17.01 skrev Ben Okri <ben@example.net>:",
        BEN,
        "tors. 12. nov. 2026 kl. 17.01",
    ),
    (
        "Den tors 12 nov. 2026 kl 17:01 skrev Ben Okri <ben@example.net>:",
        BEN,
        "tors 12 nov. 2026 kl 17:01",
    ),
    (
        "tor. 12. nov. 2026 kl. 17:01 skrev Ben Okri <ben@example.net>:",
        BEN,
        "tor. 12. nov. 2026 kl. 17:01",
    ),
    (
        "to 12. marrask. 2026 klo 17.01 Ben Okri (ben@example.net) kirjoitti:",
        BEN,
        "to 12. marrask. 2026 klo 17.01",
    ),
    (
        "czw., 12 lis 2026 o 17:01 Ben Okri <ben@example.net> napisał(a):",
        BEN,
        "czw., 12 lis 2026 o 17:01",
    ),
    (
        "čt 12. 11. 2026 v 17:01 odesílatel Ben Okri <ben@example.net> napsal:",
        BEN,
        "čt 12. 11. 2026 v 17:01",
    ),
    (
        "št 12. 11. 2026 o 17:01 Ben Okri <ben@example.net> napísal(a):",
        BEN,
        "št 12. 11. 2026 o 17:01",
    ),
    (
        "Ben Okri <ben@example.net> ezt írta (időpont: 2026. nov. 12., Cs, 17:01):",
        BEN,
        "2026. nov. 12., Cs, 17:01",
    ),
    (
        "În joi, 12 nov. 2026 la 17:01, Ben Okri <ben@example.net> a scris:",
        BEN,
        "joi, 12 nov. 2026 la 17:01",
    ),
    (
        "На чт, 12.11.2026 г. в 17:01 ч. Ben Okri <ben@example.net> написа:",
        BEN,
        "чт, 12.11.2026 г. в 17:01",
    ),
    (
        "čet, 12. stu 2026. u 17:01 Ben Okri <ben@example.net> napisao je:",
        BEN,
        "čet, 12. stu 2026. u 17:01",
    ),
    (
        "чет, 12. нов 2026. у 17:01 Ben Okri <ben@example.net> је написао/ла:",
        BEN,
        "чет, 12. нов 2026. у 17:01",
    ),
    (
        "V V čet., 12. nov. 2026 ob 17:01 je oseba Ben Okri <ben@example.net> napisala:",
        BEN,
        "čet., 12. nov. 2026 ob 17:01",
    ),
    (
        "2026-11-12, kt, 17:01 Ben Okri <ben@example.net> rašė:",
        BEN,
        "2026-11-12, kt, 17:01",
    ),
    (
        "ceturtd., 2026. g. 12. nov., plkst. 17:01 — lietotājs Ben Okri"
        " (<ben@example.net>) rakstīja:",
        BEN,
        "ceturtd., 2026. g. 12. nov., plkst. 17:01",
    ),
    (
        "Kasutaja Ben Okri (<ben@example.net>) kirjutas kuupäeval N, 12. november 2026 kell 17:01:",
        BEN,
        "N, 12. november 2026 kell 17:01",
    ),
    (
        "чт, 12 нояб. 2026 г. в 17:01, Ben Okri <ben@example.net>:",
        BEN,
        "чт, 12 нояб. 2026 г. в 17:01",
    ),
    (
        "чт, 12 лист. 2026 р. о 17:01 Ben Okri <ben@example.net> пише:",
        BEN,
        "чт, 12 лист. 2026 р. о 17:01",
    ),
    (
        "Στις Πέμ 12 Νοε 2026 στις 5:01 μ.μ., ο χρήστης Ben Okri <ben@example.net> έγραψε:",
        BEN,
        "Πέμ 12 Νοε 2026 στις 5:01 μ.μ.",
    ),
    (
        "Ben Okri <ben@example.net>, 12 Kas 2026 Per, 17:01 tarihinde şunu yazdı:",
        BEN,
        "12 Kas 2026 Per, 17:01",
    ),
    (
        "\u200fבתאריך יום ה׳, 12 בנוב׳ 2026 ב-17:01 מאת \u202aBen"
        " Okri\u202c\u200f <\u202aben@example.net\u202c\u200f>:\u202c",
        BEN,
        "יום ה׳, 12 בנוב׳ 2026 ב-17:01",
    ),
    (
        "في الخميس، 12 نوفمبر 2026 في 5:01 م تمت كتابة ما يلي بواسطة Ben Okri <ben@example.net>:",
        BEN,
        "الخميس، 12 نوفمبر 2026 في 5:01 م",
    ),
    (
        "در تاریخ پنجشنبه ۱۲ نوامبر ۲۰۲۶ ساعت ۱۷:۰۱ Ben Okri <ben@example.net> نوشت:",
        BEN,
        "پنجشنبه ۱۲ نوامبر ۲۰۲۶ ساعت ۱۷:۰۱",
    ),
    (
        "गुरु, 12 नव॰ 2026 को 5:01 pm बजे को Ben Okri <ben@example.net> ने लिखा:",
        BEN,
        "गुरु, 12 नव॰ 2026 को 5:01 pm",
    ),
    (
        "ในวันที่ พฤ. 12 พ.ย. 2026 เวลา 17:01 Ben Okri <ben@example.net> เขียนว่า:",
        BEN,
        "พฤ. 12 พ.ย. 2026 เวลา 17:01",
    ),
    (
        "Vào Th 5, 12 thg 11, 2026 vào lúc 17:01 Ben Okri <ben@example.net> đã viết:",
        BEN,
        "Th 5, 12 thg 11, 2026 vào lúc 17:01",
    ),
    (
        "Pada Kam, 12 Nov 2026 pukul 17.01 Ben Okri <ben@example.net> menulis:",
        BEN,
        "Kam, 12 Nov 2026 pukul 17.01",
    ),
    (
        "2026年11月12日(木) 17:01 Ben Okri <ben@example.net>:",
        BEN,
        "2026年11月12日(木) 17:01",
    ),
    (
        "Ben Okri <ben@example.net> 于2026年11月12日周四 17:01写道：",
        BEN,
        "2026年11月12日周四 17:01",
    ),
    (
        "Ben Okri <ben@example.net> 於 2026年11月12日 週四 下午5:01寫道：",
        BEN,
        "2026年11月12日 週四 下午5:01",
    ),
    (
        "2026년 11월 12일 (목) 오후 5:01, Ben Okri <ben@example.net>님이 작성:",
        BEN,
        "2026년 11월 12일 (목) 오후 5:01",
    ),
    (
        "Missatge de Ben Okri <ben@example.net> del dia dj., 12 de nov. 2026 a les 17:01:",
        BEN,
        "dj., 12 de nov. 2026 a les 17:01",
    ),
    (
        "Hau idatzi du Ben Okri (ben@example.net) erabiltzaileak (2026 aza. 12, og. (17:01)):",
        BEN,
        "17:01",
    ),
    (
        "O xov., 12 nov. 2026 ás 17:01, Ben Okri <ben@example.net> escribiu:",
        BEN,
        "xov., 12 nov. 2026 ás 17:01",
    ),
    (
        "Þann fim., 12. nóv. 2026 kl. 17:01 skrifaði Ben Okri <ben@example.net>:",
        BEN,
        "fim., 12. nóv. 2026 kl. 17:01",
    ),
    (
        "Op 12 nov. 2026, om 17:01 heeft Ben Okri <ben@example.net> het volgende geschreven:",
        BEN,
        "12 nov. 2026, om 17:01",
    ),
    (
        "Wiadomość napisana przez Ben Okri <ben@example.net> w dniu 12.11.2026, o godz. 17:01:",
        BEN,
        "12.11.2026, o godz. 17:01",
    ),
    (
        "2026. nov. 12. dátummal, 17:01 időpontban Ben Okri <ben@example.net> írta:",
        BEN,
        "2026. nov. 12. dátummal, 17:01",
    ),
    (
        "2026/11/12 17:01、Ben Okri <ben@example.net>のメール:",
        BEN,
        "2026/11/12 17:01",
    ),
    (
        "Ben Okri <ben@example.net> şunları yazdı (12 Kas 2026 17:01):",
        BEN,
        "12 Kas 2026 17:01",
    ),
    ("Zitat von Ben Okri <ben@example.net>:", BEN, ""),
    (
        "In a message dated 11/12/2026 5:01:00 PM Central European Standard Time,"
        " ben@example.net writes:",
        "ben@example.net",
        "11/12/2026 5:01:00 PM Central European Standard Time",
    ),
    (
        "Am Donnerstag, 12. November 2026 um 17:01:00 MEZ hat Ben Okri <ben@example.net>"
        " Folgendes geschrieben:",
        BEN,
        "Donnerstag, 12. November 2026 um 17:01:00 MEZ",
    ),
    (
        'On 12/11/2026 17:01, "Okri, Ben" <ben@example.net> wrote:',
        "Okri, Ben <ben@example.net>",
        "12/11/2026 17:01",
    ),
    (
        "On Nov 12, 2026 at 17:01 +0100, Ben Okri <ben@example.net>, wrote:",
        BEN,
        "Nov 12, 2026 at 17:01 +0100",
    ),
    (
        "On Thu, 12 Nov 2026 17:01:00 +0100\nBen Okri <ben@example.net> wrote:",
        BEN,
        "Thu, 12 Nov 2026 17:01:00 +0100",
    ),
    (
        "Excerpts from Ben Okri's message of November 12, 2026 6:20 pm:",
        "Ben Okri",
        "November 12, 2026 6:20 pm",
    ),
]
