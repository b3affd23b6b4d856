"""The workbook to write a scoring rule into: a small rule in the layout that `import` reads, to be replaced."""

from __future__ import annotations

from collections.abc import Mapping

from rubric_dsl.surface.from_text import parse
from rubric_dsl.surface.keywords import Language
from rubric_dsl.text.files import Source
from rubric_dsl.writing.sheets.book import workbook_bytes
from rubric_dsl.writing.sheets.exporting import workbook_of

EXAMPLE: Mapping[Language, str] = {
    "en": """\
rubric "Hotline service (an example: write your own rule over it)"
  edition "1"

observe calls of city, averaged by scenario
  call text key
  city text
  scenario choice tax | housing
  connected yes/no
  wait seconds 0 to 1800 when connected
  greeted yes/no when connected
  tone choice gentle | flat | rude when connected

measure connect_rate = share(connected)

bands heat by connect_rate
  from 95%: hot
  30% to under 95%: warm
  over 0% to under 30%: cold
  0%: dead

indicator total worth 100
  indicator access worth 30
    touchpoint line worth 30 by heat
      hot: 30
      warm: 20
      cold: 5
      dead: 0
  indicator waiting worth 40
    unless connected: 0
    touchpoint wait_time worth 40 by wait
      up to 15 s: 40
      over 15 s to 60 s: 40 falling to 20
      over 60 s: 0
  indicator manner worth 30
    unless connected: 0
    touchpoint greeting worth 10 when greeted
    touchpoint voice worth 20 by tone
      gentle: 20
      flat: 10
      rude: 0

ranking by total
  exact
  ties share
""",
    "zh": """\
细则 “热线服务测评（示例，请改成自己的细则）”
  版本 “1”

观测 拨测 对象 地市，平均 按 办理事项
  编号 文本 主键
  地市 文本
  办理事项 选项 税务 | 公积金
  接通 是/否
  等待时长 秒数 0 至 1800 当 接通
  规范问候 是/否 当 接通
  语气 选项 柔和 | 平淡 | 生硬 当 接通

测算 接通率 = 占比(接通)

分档 热线等级 按 接通率
  不低于95%：热线
  30%至不足95%：温线
  超过0%至不足30%：冷线
  0%：死线

指标 总分 满分 100
  指标 呼入接通 满分 30
    触点 接通等级 满分 30 按 热线等级
      热线：30
      温线：20
      冷线：5
      死线：0
  指标 等候 满分 40
    除非 接通：0
    触点 等候得分 满分 40 按 等待时长
      不超过15秒：40
      超过15秒至60秒：40 降至 20
      超过60秒：0
  指标 服务态度 满分 30
    除非 接通：0
    触点 问候得分 满分 10 当 规范问候
    触点 语气得分 满分 20 按 语气
      柔和：20
      平淡：10
      生硬：0

排名 按 总分
  精确
  并列同名次
""",
}


def template_bytes(lang: Language) -> bytes:
    """The workbook; as it stands it imports without a question."""
    document = parse(Source("template", EXAMPLE[lang])).document
    tables = workbook_of(document.header, document.items, lang)
    return workbook_bytes(tables, lang, document.header.title.text if document.header else "")
